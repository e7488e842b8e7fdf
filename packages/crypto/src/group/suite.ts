import type { Bytes } from '@aurora/protocol';
import {
  Aes256Gcm,
  type CipherSuite,
  DhkemX25519HkdfSha256,
  HkdfSha512,
  CipherSuite as HpkeSuite,
} from '@hpke/core';
import type { CiphersuiteImpl, CiphersuiteName, Hpke, Signature } from 'ts-mls';
import type { Device } from '../identity/device.ts';
import { importAead, NONCE_BYTES, open, seal } from '../primitives/aead.ts';
import { importVerifyKey, sign, verify } from '../primitives/ed25519.ts';
import { randomBytes } from '../primitives/random.ts';
import { xWing } from '../primitives/x-wing.ts';

/** X-Wing (X25519 + ML-KEM-768), AES-256-GCM, SHA-512, Ed25519. */
export const SUITE: CiphersuiteName = 'MLS_256_XWING_AES256GCM_SHA512_Ed25519';

/** In place of the signing key, which never leaves the platform: the device itself signs. */
export const NO_SIGNING_KEY: Bytes = new Uint8Array(0);

let kem: CipherSuite = xWing;

/** Keys that no quantum computer withstands, a tenth of the cost: for tests that make many thousands of groups, and nothing else. */
export function dangerouslyUseClassicKeys(): void {
  kem = new HpkeSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha512(), aead: new Aes256Gcm() });
}

/** A copy that owns its memory, as WebCrypto wants it. */
const own = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);
const buffer = (bytes: Uint8Array): ArrayBuffer => own(bytes).buffer;

/** The primitives of MLS out of this package's own. Only the given device signs by it. */
export function suiteOf(device: Device | null): CiphersuiteImpl {
  return {
    name: SUITE,
    hash,
    hpke,
    signature: signatureOf(device),
    kdf,
    rng: { randomBytes },
  } as CiphersuiteImpl;
}

const kdfSuite = new HkdfSha512();
const kdf: CiphersuiteImpl['kdf'] = {
  extract: async (salt, ikm) => new Uint8Array(await kdfSuite.extract(buffer(salt), buffer(ikm))),
  expand: async (prk, info, length) =>
    new Uint8Array(await kdfSuite.expand(buffer(prk), buffer(info), length)),
  size: 64,
};

async function macKey(key: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', own(key), { name: 'HMAC', hash: 'SHA-512' }, false, [
    'sign',
    'verify',
  ]);
}

const hash: CiphersuiteImpl['hash'] = {
  digest: async (data) => new Uint8Array(await crypto.subtle.digest('SHA-512', own(data))),
  mac: async (key, data) => new Uint8Array(await crypto.subtle.sign('HMAC', await macKey(key), own(data))),
  verifyMac: async (key, mac, data) => crypto.subtle.verify('HMAC', await macKey(key), own(mac), own(data)),
};

const NO_DATA = new Uint8Array(0);

const hpke: Hpke = {
  async open(privateKey, kemOutput, ciphertext, info, aad = NO_DATA) {
    const recipient = { recipientKey: privateKey, enc: buffer(kemOutput), info: buffer(info) };
    return new Uint8Array(await kem.open(recipient, buffer(ciphertext), buffer(aad)));
  },
  async seal(publicKey, plaintext, info, aad = NO_DATA) {
    const sender = { recipientPublicKey: publicKey, info: buffer(info) };
    const { ct, enc } = await kem.seal(sender, buffer(plaintext), buffer(aad));
    return { ct: new Uint8Array(ct), enc: new Uint8Array(enc) };
  },
  async exportSecret(publicKey, exporterContext, length, info) {
    const context = await kem.createSenderContext({ recipientPublicKey: publicKey, info: buffer(info) });
    const secret = await context.export(buffer(exporterContext), length);
    return { enc: new Uint8Array(context.enc), secret: new Uint8Array(secret) };
  },
  async importSecret(privateKey, exporterContext, kemOutput, length, info) {
    const recipient = { recipientKey: privateKey, info: buffer(info), enc: buffer(kemOutput) };
    const context = await kem.createRecipientContext(recipient);
    return new Uint8Array(await context.export(buffer(exporterContext), length));
  },
  importPrivateKey: async (key) => (await kem.kem.deserializePrivateKey(buffer(key))) as MlsPrivate,
  importPublicKey: async (key) => (await kem.kem.deserializePublicKey(buffer(key))) as MlsPublic,
  exportPublicKey: async (key) => new Uint8Array(await kem.kem.serializePublicKey(key)),
  exportPrivateKey: async (key) => new Uint8Array(await kem.kem.serializePrivateKey(key)),
  encryptAead: async (key, nonce, aad, plaintext) =>
    seal(await importAead(own(key)), own(nonce), own(aad ?? NO_DATA), own(plaintext)),
  decryptAead: async (key, nonce, aad, ciphertext) =>
    open(await importAead(own(key)), own(nonce), own(aad ?? NO_DATA), own(ciphertext)),
  deriveKeyPair: async (ikm) => pairOf(await kem.kem.deriveKeyPair(buffer(ikm))),
  generateKeyPair: async () => pairOf(await kem.kem.generateKeyPair()),
  keyLength: 32,
  nonceLength: NONCE_BYTES,
};

/** Whether anything can be sealed to these bytes: of a key that is none some would notice when they seal, and others not. */
export async function isUsable(publicKey: Uint8Array): Promise<boolean> {
  try {
    await kem.kem.encap({ recipientPublicKey: await kem.kem.deserializePublicKey(buffer(publicKey)) });
    return true;
  } catch {
    return false;
  }
}

/** The suite, and whether a private key was used by it since. */
export function watched(suite: CiphersuiteImpl): { readonly suite: CiphersuiteImpl; usedSecret(): boolean } {
  let used = false;
  const importPrivateKey: Hpke['importPrivateKey'] = (key) => {
    used = true;
    return suite.hpke.importPrivateKey(key);
  };
  return { suite: { ...suite, hpke: { ...suite.hpke, importPrivateKey } }, usedSecret: () => used };
}

type MlsPrivate = Awaited<ReturnType<Hpke['importPrivateKey']>>;
type MlsPublic = Awaited<ReturnType<Hpke['importPublicKey']>>;

function pairOf({ privateKey, publicKey }: CryptoKeyPair): { privateKey: MlsPrivate; publicKey: MlsPublic } {
  return { privateKey: privateKey as MlsPrivate, publicKey: publicKey as MlsPublic };
}

function signatureOf(device: Device | null): Signature {
  return {
    sign(_key, message) {
      if (device === null) return Promise.reject(new Error('nobody signs here'));
      return sign(device.signKey, own(message));
    },
    async verify(publicKey, message, signature) {
      try {
        return await verify(await importVerifyKey(own(publicKey)), own(signature), own(message));
      } catch {
        // A key that is none, or that anybody could sign for.
        return false;
      }
    },
    keygen: () => Promise.reject(new Error('devices make their own signing keys')),
  };
}
