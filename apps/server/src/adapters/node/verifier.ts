import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Bytes, equalBytes } from '@aurora/protocol';
import type { Verifier } from '../../ports/verifier.ts';

/** What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The last key that was read: a device's is asked for twice in a row. */
let last: { readonly bytes: Bytes; readonly key: KeyObject } | undefined;

function keyOf(bytes: Bytes): KeyObject {
  if (last !== undefined && equalBytes(last.bytes, bytes)) return last.key;
  const key = createPublicKey({ key: Buffer.concat([DER_PREFIX, bytes]), format: 'der', type: 'spki' });
  last = { bytes, key };
  return key;
}

/** Signatures are checked on the thread pool, so that a storm of newcomers does not hold up the messages. */
export const nodeVerifier: Verifier = {
  verify(publicKey, message, signature) {
    return new Promise((resolve) => {
      try {
        verify(null, message, keyOf(publicKey), signature, (error, valid) =>
          resolve(error === null && valid),
        );
      } catch {
        resolve(false);
      }
    });
  },
};
