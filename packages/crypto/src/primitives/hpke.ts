import type { Bytes } from '@aurora/protocol';
import { concatBytes } from '@aurora/protocol';
import { Aes256Gcm, CipherSuite, HkdfSha512 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';

/** HPKE (RFC 9180), base mode: X-Wing (X25519 + ML-KEM-768), HKDF-SHA-512, AES-256-GCM. */
export const hpkeSuite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha512(), aead: new Aes256Gcm() });

/** Bytes of an encapsulated X-Wing key. */
export const ENCAPSULATED = 1120;

/** A private key as its 32-byte seed, and its public bytes. */
export async function generateHpke(): Promise<{ seed: Bytes; pub: Bytes }> {
  const pair = await hpkeSuite.kem.generateKeyPair();
  const [seed, pub] = await Promise.all([
    hpkeSuite.kem.serializePrivateKey(pair.privateKey),
    hpkeSuite.kem.serializePublicKey(pair.publicKey),
  ]);
  return { seed: new Uint8Array(seed), pub: new Uint8Array(pub) };
}

/** Encapsulated key, then ciphertext. Rejects with the library's error if the key is not valid. */
export async function hpkeSeal(pub: Bytes, info: Bytes, associated: Bytes, plain: Bytes): Promise<Bytes> {
  const recipientPublicKey = await hpkeSuite.kem.deserializePublicKey(pub);
  const { enc, ct } = await hpkeSuite.seal({ recipientPublicKey, info }, plain, associated);
  return concatBytes(new Uint8Array(enc), new Uint8Array(ct));
}

/** Rejects with the library's error. */
export async function hpkeOpen(seed: Bytes, info: Bytes, associated: Bytes, sealed: Bytes): Promise<Bytes> {
  const recipientKey = await hpkeSuite.kem.deserializePrivateKey(seed);
  const enc = sealed.slice(0, ENCAPSULATED);
  const ct = sealed.slice(ENCAPSULATED);
  return new Uint8Array(await hpkeSuite.open({ recipientKey, enc, info }, ct, associated));
}
