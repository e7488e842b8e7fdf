import { type Bytes, concatBytes, utf8 } from '@aurora/protocol';
import { CryptoError } from './errors.ts';
import { generateAead, NONCE_BYTES, open, seal, TAG_BYTES } from './primitives/aead.ts';
import { randomBytes } from './primitives/random.ts';

const VERSION = 1;
const LABEL = utf8('aurora/rest/1');

/** A key that seals what this device stores. It can be stored and used but never read. */
export function createVaultKey(): Promise<CryptoKey> {
  return generateAead();
}

/** version u8 | nonce 12 | AES-256-GCM. `label` names the place, such as table and row: nothing opens elsewhere. */
export async function sealAtRest(key: CryptoKey, label: string, plain: Bytes): Promise<Bytes> {
  const nonce = randomBytes(NONCE_BYTES);
  return concatBytes(Uint8Array.of(VERSION), nonce, await seal(key, nonce, associated(label), plain));
}

/** Throws `at_rest_wrong` for anything not sealed with this key under this label. */
export async function openAtRest(key: CryptoKey, label: string, sealed: Bytes): Promise<Bytes> {
  const body = 1 + NONCE_BYTES;
  if (sealed.length < body + TAG_BYTES || sealed[0] !== VERSION) throw new CryptoError('at_rest_wrong');
  try {
    return await open(key, sealed.slice(1, body), associated(label), sealed.slice(body));
  } catch (cause) {
    throw new CryptoError('at_rest_wrong', { cause });
  }
}

function associated(label: string): Bytes {
  return concatBytes(LABEL, utf8(label));
}
