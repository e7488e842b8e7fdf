import { type DeviceId, toHex } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { type Group, leafIndexOf } from './group.ts';
import { isUsable } from './suite.ts';

/**
 * Throws `commit_not_allowed` for public keys that are in the tree already, come twice, or cannot be sealed to. The library takes them:
 * after one such commit it would let nobody in and change no key any more, and one member could stop the room for good.
 */
export async function requireFresh(
  group: Group,
  gone: readonly DeviceId[],
  keys: readonly Uint8Array[],
): Promise<void> {
  const leaving = new Set(gone.map((device) => leafIndexOf(group, device)));
  const known = new Set<string>();
  for (const [at, node] of group.mls.ratchetTree.entries()) {
    if (node?.nodeType === 'parent') known.add(hex(node.parent.hpkePublicKey));
    if (node?.nodeType === 'leaf' && !leaving.has(at / 2)) known.add(hex(node.leaf.hpkePublicKey));
  }
  for (const key of keys) {
    const name = hex(key);
    if (known.has(name) || !(await isUsable(key))) throw new CryptoError('commit_not_allowed');
    known.add(name);
  }
}

const hex = (key: Uint8Array): string => toHex(new Uint8Array(key));
