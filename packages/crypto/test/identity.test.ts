import {
  type Credential,
  challengeBytes,
  credentialBytes,
  credentialShape,
  decode,
  encode,
  fromHex,
  toHex,
} from '@aurora/protocol';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { vouch } from '../src/identity/device.ts';
import {
  createDevice,
  deviceIdOf,
  identityIdOf,
  proveDevice,
  sha256,
  verifyCredential,
} from '../src/index.ts';
import { isSmallOrder, verify } from '../src/primitives/ed25519.ts';
import { flip } from './help/flip.ts';
import { type Person, person, signer } from './help/people.ts';
import { expectRefusal, isRefused } from './help/refusal.ts';

let ada: Person;
let bo: Person;
beforeAll(async () => {
  [ada, bo] = await Promise.all([person('Ada'), person('Bo')]);
});

test('[ID1] Ada’s private keys can be used but never read', async () => {
  for (const key of [ada.device.identityKey, ada.device.signKey]) {
    expect(key).toMatchObject({ type: 'private', extractable: false, usages: ['sign'] });
    await expect(crypto.subtle.exportKey('pkcs8', key)).rejects.toThrow();
  }
  expect(ada.device.hpkeKey).toHaveLength(32);
});

test('[ID2] Ada’s credential proves her nickname and all of her keys', async () => {
  expect(ada.member).toMatchObject({ id: ada.device.id, identity: ada.device.identity, nickname: 'Ada' });
  expect(ada.member.hpkePub).toEqual(ada.device.credential.hpkePub);
  const stored = decode(credentialShape, encode(credentialShape, ada.device.credential));
  expect((await verifyCredential(stored)).id).toBe(ada.device.id);
});

test('[ID2] a credential with any field of Bo’s in it is refused', async () => {
  const fields = ['nickname', 'identityPub', 'devicePub', 'hpkePub', 'signature'] as const;
  for (const field of fields) {
    const mixed: Credential = { ...ada.device.credential, [field]: bo.device.credential[field] };
    await expectRefusal(verifyCredential(mixed), 'credential_signature');
  }
  const { deviceSignature } = bo.device.credential;
  await expectRefusal(verifyCredential({ ...ada.device.credential, deviceSignature }), 'device_signature');
});

test('[ID19] a relay cannot put an identity and an X-Wing key of its own behind Ada’s device', async () => {
  const { devicePub, deviceSignature } = ada.device.credential;
  const evil = { ...bo.device.credential, nickname: 'Ada', devicePub, deviceSignature };
  const { identityKey } = bo.device;
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', identityKey, credentialBytes(evil)));
  await expectRefusal(verifyCredential({ ...evil, signature }), 'device_signature');
  // The same with Ada’s own identity behind it but another X-Wing key, which her identity alone could sign.
  const sealed = { ...ada.device.credential, hpkePub: bo.device.credential.hpkePub };
  const own = new Uint8Array(
    await crypto.subtle.sign('Ed25519', ada.device.identityKey, credentialBytes(sealed)),
  );
  await expectRefusal(verifyCredential({ ...sealed, signature: own }), 'device_signature');
});

test('[ID2] a credential with any flipped bit is refused', async () => {
  const encoded = encode(credentialShape, ada.device.credential);
  await fc.assert(
    fc.asyncProperty(fc.nat(encoded.length * 8 - 1), async (bit) => {
      let credential: Credential;
      try {
        credential = decode(credentialShape, flip(encoded, bit));
      } catch {
        return;
      }
      expect(await isRefused(verifyCredential(credential))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a credential whose keys have other lengths is refused', async () => {
  const short = { ...ada.device.credential, devicePub: new Uint8Array(31) };
  await expectRefusal(verifyCredential(short), 'credential_malformed');
});

test('[ID3] a DeviceId and an IdentityId are hashes of their keys', async () => {
  const { devicePub, identityPub } = ada.device.credential;
  expect(ada.device.id).toBe(toHex((await sha256(devicePub)).slice(0, 16)));
  expect(await deviceIdOf(devicePub)).toBe(ada.device.id);
  expect(await identityIdOf(identityPub)).toBe(ada.device.identity);
});

test('[ID4] Ada proves her device for one relay, one page and one socket only', async () => {
  const challenge = {
    origin: 'https://chat.example',
    serverId: new Uint8Array(32),
    nonce: new Uint8Array(32).fill(1),
  };
  const proof = await proveDevice(ada.device, challenge);
  const devicePub = ada.device.credential.devicePub;
  expect(await verify(ada.member.verifyKey, proof, challengeBytes({ ...challenge, devicePub }))).toBe(true);
  const others = [
    { ...challenge, origin: 'https://evil.example' },
    { ...challenge, serverId: new Uint8Array(32).fill(2) },
    { ...challenge, nonce: new Uint8Array(32).fill(2) },
  ];
  for (const other of others) {
    expect(await verify(ada.member.verifyKey, proof, challengeBytes({ ...other, devicePub }))).toBe(false);
  }
  expect(await verify(bo.member.verifyKey, proof, challengeBytes({ ...challenge, devicePub }))).toBe(false);
});

test.each(['', ' Ada', 'A\u202eda', 'A\u200bda', 'Ａda'])(
  '[ID7] nobody is called %j, whatever a relay lets in',
  async (nickname) => {
    await expectRefusal(createDevice(nickname), 'nickname_invalid');
    const { credential, identityKey } = ada.device;
    const claims = { ...credential, nickname };
    const signature = new Uint8Array(
      await crypto.subtle.sign('Ed25519', identityKey, credentialBytes(claims)),
    );
    await expectRefusal(verifyCredential({ ...claims, signature }), 'nickname_invalid');
  },
);

test('an identity may be called by an emoji family', async () => {
  expect((await person('👩‍👩‍👧‍👦')).member.nickname).toBe('👩‍👩‍👧‍👦');
});

test('a key that anybody could sign for is no identity and no device', async () => {
  const key = await signer('01'.repeat(32));
  const hpke = { seed: ada.device.hpkeKey, pub: ada.device.credential.hpkePub };
  for (const hex of smallOrder) {
    const weak = { key: key.key, pub: fromHex(hex) };
    await expectRefusal(verifyCredential((await vouch('Mal', key, weak, hpke)).credential), 'key_weak');
    await expectRefusal(verifyCredential((await vouch('Mal', weak, key, hpke)).credential), 'key_weak');
  }
});

test('a point that is not on the curve is no key', async () => {
  const key = await signer('01'.repeat(32));
  const hpke = { seed: ada.device.hpkeKey, pub: ada.device.credential.hpkePub };
  const off = { key: key.key, pub: fromHex(`02${'00'.repeat(31)}`) };
  const { credential } = await vouch('Mal', key, off, hpke);
  expect(await isRefused(verifyCredential({ ...credential, identityPub: off.pub }))).toBe(true);
});

test('every small-order encoding on the list is a point of order 8 or less', () => {
  for (const hex of smallOrder) {
    expect(isSmallOrder(fromHex(hex))).toBe(true);
    expect(timesEight(hex)).toEqual([0n, 1n]);
  }
  expect(isSmallOrder(ada.device.credential.devicePub)).toBe(false);
});

const smallOrder = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  `${'00'.repeat(31)}80`,
  `01${'00'.repeat(30)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  `ec${'ff'.repeat(31)}`,
  `ed${'ff'.repeat(31)}`,
  `ee${'ff'.repeat(31)}`,
];

/** Eight times the point with this y on edwards25519 (RFC 8032 section 5.1), by the curve's own equations. */
function timesEight(hex: string): [bigint, bigint] {
  const p = 2n ** 255n - 19n;
  const mod = (a: bigint): bigint => ((a % p) + p) % p;
  const power = (base: bigint, exponent: bigint): bigint => {
    let out = 1n;
    for (let e = exponent, b = mod(base); e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) out = mod(out * b);
    return out;
  };
  const inverse = (a: bigint): bigint => power(a, p - 2n);
  const d = mod(-121665n * inverse(121666n));
  const little = fromHex(hex).reverse();
  const y = mod(BigInt(`0x${toHex(little)}`) & (2n ** 255n - 1n));
  const square = mod((y * y - 1n) * inverse(d * y * y + 1n));
  let x = power(square, (p + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * power(2n, (p - 1n) / 4n));
  expect(mod(x * x)).toBe(square);
  let point: [bigint, bigint] = [x, y];
  for (let i = 0; i < 3; i += 1) {
    const [a, b] = point;
    const product = mod(d * a * a * b * b);
    point = [mod(2n * a * b * inverse(1n + product)), mod((b * b + a * a) * inverse(1n - product))];
  }
  return point;
}
