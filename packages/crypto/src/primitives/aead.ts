import type { Bytes } from '@aurora/protocol';

/** AES-256-GCM (NIST SP 800-38D) with 96-bit nonces and full tags. */
export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

export function importAead(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

export function generateAead(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: KEY_BYTES * 8 }, false, ['encrypt', 'decrypt']);
}

export async function seal(key: CryptoKey, nonce: Bytes, associated: Bytes, plain: Bytes): Promise<Bytes> {
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: associated };
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plain));
}

/** Rejects with whatever WebCrypto throws: the caller knows which of its own codes fits. */
export async function open(key: CryptoKey, nonce: Bytes, associated: Bytes, sealed: Bytes): Promise<Bytes> {
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: associated };
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed));
}
