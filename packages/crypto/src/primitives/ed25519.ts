import { type Bytes, ED25519_PUB, ED25519_SIGNATURE, toHex } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';

/**
 * Every encoding of a point of small order, its sign bit cleared. Such a key or commitment lets one signature
 * fit many messages, and engines differ on whether they accept it: a member could split a room with it.
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

export function isSmallOrder(point: Bytes): boolean {
  const masked = point.slice();
  masked[ED25519_PUB - 1] = (masked[ED25519_PUB - 1] ?? 0) & 0x7f;
  return SMALL_ORDER.has(toHex(masked));
}

/** Throws `key_weak`, also for bytes that are no point of the curve. */
export async function importVerifyKey(pub: Bytes): Promise<CryptoKey> {
  if (isSmallOrder(pub)) throw new CryptoError('key_weak');
  try {
    return await crypto.subtle.importKey('raw', pub, 'Ed25519', true, ['verify']);
  } catch (cause) {
    throw new CryptoError('key_weak', { cause });
  }
}

/** A private key that never leaves this machine's engine, and its public bytes. */
export async function generateSigner(): Promise<{ key: CryptoKey; pub: Bytes }> {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  return { key: pair.privateKey, pub: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

export async function sign(key: CryptoKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, message));
}

/** RFC 8032 without cofactor, and never a commitment of small order. */
export async function verify(key: CryptoKey, signature: Bytes, message: Bytes): Promise<boolean> {
  if (signature.length !== ED25519_SIGNATURE || isSmallOrder(signature.slice(0, ED25519_PUB))) return false;
  return crypto.subtle.verify('Ed25519', key, signature, message);
}
