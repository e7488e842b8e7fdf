import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { concatBytes, fromHex, toHex } from '@aurora/protocol';
import {
  Aes128Gcm,
  Aes256Gcm,
  CipherSuite,
  DhkemP521HkdfSha512,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  HkdfSha512,
} from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { MlKem768 } from 'mlkem';
import { describe, expect, test } from 'vitest';
import { importAead, open, seal } from '../src/primitives/aead.ts';
import { importVerifyKey, verify } from '../src/primitives/ed25519.ts';
import { hkdf } from '../src/primitives/hkdf.ts';

type Case = Readonly<Record<string, string>> & { readonly tcId: number; readonly size: number };
interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly keySize?: number;
    readonly ivSize?: number;
    readonly tagSize?: number;
    readonly publicKey?: { readonly pk: string };
    readonly tests: readonly Case[];
  }[];
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`vectors/${name}`, import.meta.url), 'utf8'));
}
const hex = (value: string | undefined) => fromHex(value ?? '');

describe('Wycheproof', () => {
  test('AES-256-GCM: every case of our parameters', async () => {
    const { testGroups } = load<Wycheproof>('wycheproof-aes-gcm.json');
    const ours = testGroups.filter(
      (group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128,
    );
    const cases = ours.flatMap((group) => group.tests);
    expect(cases.length).toBeGreaterThan(60);
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of cases) {
      const imported = await importAead(hex(key));
      const sealed = concatBytes(hex(ct), hex(tag));
      const opened = await open(imported, hex(iv), hex(aad), sealed).then(toHex, () => 'refused');
      expect(`${tcId} ${opened}`).toBe(`${tcId} ${result === 'valid' ? msg : 'refused'}`);
      if (result === 'valid') expect(await seal(imported, hex(iv), hex(aad), hex(msg))).toEqual(sealed);
    }
  });

  test('Ed25519: every case', async () => {
    const { testGroups, numberOfTests } = load<Wycheproof>('wycheproof-ed25519.json');
    let run = 0;
    for (const { publicKey, tests } of testGroups) {
      const key = await importVerifyKey(hex(publicKey?.pk));
      for (const { tcId, msg, sig, result } of tests) {
        const valid = await verify(key, hex(sig), hex(msg));
        expect(`${tcId} ${valid}`).toBe(`${tcId} ${result === 'valid'}`);
        run += 1;
      }
    }
    expect(run).toBe(numberOfTests);
  });

  test('HKDF-SHA-512: every case', async () => {
    const { testGroups, numberOfTests } = load<Wycheproof>('wycheproof-hkdf-sha512.json');
    const cases = testGroups.flatMap((group) => group.tests);
    expect(cases).toHaveLength(numberOfTests);
    for (const { tcId, ikm, salt, info, size, okm, result } of cases) {
      const derived = await hkdf(hex(ikm), hex(info), size, hex(salt)).then(toHex, () => 'refused');
      expect(`${tcId} ${derived}`).toBe(`${tcId} ${result === 'valid' ? okm : 'refused'}`);
    }
  });

  test('ML-KEM-768: every case', async () => {
    const { testGroups, numberOfTests } = load<Wycheproof>('wycheproof-mlkem-768.json');
    const cases = testGroups.flatMap((group) => group.tests);
    expect(cases).toHaveLength(numberOfTests);
    const kem = new MlKem768();
    for (const { tcId, seed, ek, c, K, result } of cases) {
      const attempt = async (): Promise<string> => {
        const [publicKey, secretKey] = await kem.deriveKeyPair(hex(seed));
        expect(toHex(publicKey)).toBe(ek);
        return toHex(await kem.decap(hex(c), secretKey));
      };
      const secret = await attempt().catch(() => 'refused');
      expect(`${tcId} ${secret}`).toBe(`${tcId} ${result === 'valid' ? K : 'refused'}`);
    }
  });
});

interface XWingCase {
  readonly seed: string;
  readonly eseed: string;
  readonly ss: string;
  /** SHA3-256 of the public key, and of the ciphertext. */
  readonly pkSha3: string;
  readonly ctSha3: string;
}

const sha3 = (data: ArrayBuffer) => createHash('sha3-256').update(new Uint8Array(data)).digest('hex');

test.each(load<{ tests: XWingCase[] }>('xwing.json').tests)('X-Wing, appendix C: $ss', async (vector) => {
  const kem = new XWing();
  const { publicKey, privateKey } = await kem.generateKeyPairDerand(hex(vector.seed));
  expect(sha3(await kem.serializePublicKey(publicKey))).toBe(vector.pkSha3);
  const { enc, sharedSecret } = await kem.encap({ recipientPublicKey: publicKey, ekm: hex(vector.eseed) });
  expect(sha3(enc)).toBe(vector.ctSha3);
  expect(toHex(new Uint8Array(sharedSecret))).toBe(vector.ss);
  expect(toHex(new Uint8Array(await kem.decap({ recipientKey: privateKey, enc })))).toBe(vector.ss);
});

const suites = {
  'x25519-sha256-aes128gcm': () =>
    new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() }),
  'p521-sha512-aes256gcm': () =>
    new CipherSuite({ kem: new DhkemP521HkdfSha512(), kdf: new HkdfSha512(), aead: new Aes256Gcm() }),
} as const;

interface HpkeCase {
  readonly section: string;
  readonly suite: keyof typeof suites;
  readonly info: string;
  readonly skRm: string;
  readonly enc: string;
  readonly aad: string;
  readonly pt: string;
  readonly ct: string;
}

test.each(load<{ tests: HpkeCase[] }>('hpke.json').tests)(
  'HPKE, RFC 9180 appendix $section',
  async (vector) => {
    const suite = suites[vector.suite]();
    const recipientKey = await suite.kem.importKey('raw', hex(vector.skRm).buffer, false);
    const params = { recipientKey, enc: hex(vector.enc), info: hex(vector.info) };
    const opened = await suite.open(params, hex(vector.ct), hex(vector.aad));
    expect(toHex(new Uint8Array(opened))).toBe(vector.pt);
  },
);
