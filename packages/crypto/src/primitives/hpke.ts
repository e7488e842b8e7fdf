import type { Bytes } from '@aurora/protocol';
import { concatBytes } from '@aurora/protocol';

/** The code of X-Wing, loaded when it is first needed, which is when somebody enters: a tenth of what a page starts with. */
export const loadHpke = async () => (await import('./x-wing.ts')).xWing;

/** Bytes of an encapsulated X-Wing key. */
export const ENCAPSULATED = 1120;

/** A private key as its 32-byte seed, and its public bytes. */
export async function generateHpke(): Promise<{ seed: Bytes; pub: Bytes }> {
  const suite = await loadHpke();
  const pair = await suite.kem.generateKeyPair();
  const [seed, pub] = await Promise.all([
    suite.kem.serializePrivateKey(pair.privateKey),
    suite.kem.serializePublicKey(pair.publicKey),
  ]);
  return { seed: new Uint8Array(seed), pub: new Uint8Array(pub) };
}

/** Encapsulated key, then ciphertext. Rejects with the library's error if the key is not valid. */
export async function hpkeSeal(pub: Bytes, info: Bytes, associated: Bytes, plain: Bytes): Promise<Bytes> {
  const suite = await loadHpke();
  const recipientPublicKey = await suite.kem.deserializePublicKey(pub);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info }, plain, associated);
  return concatBytes(new Uint8Array(enc), new Uint8Array(ct));
}

/** Rejects with the library's error. */
export async function hpkeOpen(seed: Bytes, info: Bytes, associated: Bytes, sealed: Bytes): Promise<Bytes> {
  const suite = await loadHpke();
  const recipientKey = await suite.kem.deserializePrivateKey(seed);
  const enc = sealed.slice(0, ENCAPSULATED);
  const ct = sealed.slice(ENCAPSULATED);
  return new Uint8Array(await suite.open({ recipientKey, enc, info }, ct, associated));
}
