import type { Bytes } from '@aurora/protocol';

const NO_SALT = new Uint8Array(0);

/** HKDF-SHA-512 (RFC 5869) without salt: our inputs are uniform keys already. */
export async function hkdf(key: Bytes, info: Bytes, length: number, salt: Bytes = NO_SALT): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-512', salt, info },
    base,
    length * 8,
  );
  return new Uint8Array(bits);
}
