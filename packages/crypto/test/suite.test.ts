import { fromHex, toHex, utf8 } from '@aurora/protocol';
import {
  type CiphersuiteImpl,
  createCommit,
  createGroup,
  emptyPskIndex,
  generateKeyPackageWithKey,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPublicMessage,
} from 'ts-mls';
import { beforeAll, describe, expect, it } from 'vitest';
import { configOf } from '../src/group/group.ts';
import { authenticationBy, capabilities, credentialOf } from '../src/group/leaf.ts';
import { isUsable, NO_SIGNING_KEY, SUITE, suiteOf } from '../src/group/suite.ts';
import { knowing } from './help/groups.ts';
import { type Person, person, personFromSeeds } from './help/people.ts';

let theirs: CiphersuiteImpl;
let ours: CiphersuiteImpl;
let ada: Person;
let bo: Person;
const BO_SEED = '05'.repeat(32);

beforeAll(async () => {
  theirs = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE));
  ada = await person('Ada');
  const seeds = { nickname: 'Bo', identitySeed: '04'.repeat(32), hpkeSeed: '06'.repeat(32) };
  bo = await personFromSeeds({ ...seeds, deviceSeed: BO_SEED });
  ours = suiteOf(ada.device);
});

const hex = (bytes: Uint8Array): string => toHex(new Uint8Array(bytes));
const some = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value);

describe('our primitives are those of the suite as the library has it', () => {
  it('for hashes, codes and derived keys', async () => {
    for (const length of [0, 1, 100, 5000]) {
      const data = some(length % 251, length);
      expect(hex(await ours.hash.digest(data))).toBe(hex(await theirs.hash.digest(data)));
      expect(hex(await ours.hash.mac(some(1), data))).toBe(hex(await theirs.hash.mac(some(1), data)));
      expect(hex(await ours.kdf.extract(some(2, 64), data))).toBe(
        hex(await theirs.kdf.extract(some(2, 64), data)),
      );
      const expanded = [some(3, 64), data, 77] as const;
      expect(hex(await ours.kdf.expand(...expanded))).toBe(hex(await theirs.kdf.expand(...expanded)));
    }
    const mac = await theirs.hash.mac(some(1), some(2));
    expect(await ours.hash.verifyMac(some(1), mac, some(2))).toBe(true);
    expect(await ours.hash.verifyMac(some(1), mac, some(3))).toBe(false);
    expect(ours.kdf.size).toBe(theirs.kdf.size);
  });

  it('for sealing under a key', async () => {
    const [key, nonce, text] = [some(1), some(2, 12), some(3, 99)];
    for (const aad of [undefined, some(0, 0), some(4, 10)]) {
      const sealed = await ours.hpke.encryptAead(key, nonce, aad, text);
      expect(hex(sealed)).toBe(hex(await theirs.hpke.encryptAead(key, nonce, aad, text)));
      expect(hex(await ours.hpke.decryptAead(key, nonce, aad, sealed))).toBe(hex(text));
    }
    expect([ours.hpke.keyLength, ours.hpke.nonceLength]).toEqual([
      theirs.hpke.keyLength,
      theirs.hpke.nonceLength,
    ]);
  });

  it('for sealing to a key, in both directions', async () => {
    const [info, aad, text] = [utf8('info'), utf8('aad'), some(7, 40)];
    for (const [one, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      const pair = await one.hpke.deriveKeyPair(some(9, 64));
      const [pub, secret] = await Promise.all([
        one.hpke.exportPublicKey(pair.publicKey),
        one.hpke.exportPrivateKey(pair.privateKey),
      ]);
      const same = await other.hpke.deriveKeyPair(some(9, 64));
      expect(hex(pub)).toBe(hex(await other.hpke.exportPublicKey(same.publicKey)));
      const { ct, enc } = await other.hpke.seal(await other.hpke.importPublicKey(pub), text, info, aad);
      expect(hex(await one.hpke.open(await one.hpke.importPrivateKey(secret), enc, ct, info, aad))).toBe(
        hex(text),
      );
      const sent = await other.hpke.exportSecret(await other.hpke.importPublicKey(pub), info, 48, aad);
      const key = await one.hpke.importPrivateKey(secret);
      expect(hex(await one.hpke.importSecret(key, info, sent.enc, 48, aad))).toBe(hex(sent.secret));
    }
  });

  it('for signatures, where the device signs and no key is ever handed over', async () => {
    const signature = await ours.signature.sign(NO_SIGNING_KEY, some(5));
    const { devicePub } = ada.device.credential;
    expect(await theirs.signature.verify(devicePub, some(5), signature)).toBe(true);
    expect(await ours.signature.verify(devicePub, some(5), signature)).toBe(true);
    expect(await ours.signature.verify(devicePub, some(6), signature)).toBe(false);
    // A key that anybody could sign for.
    expect(await ours.signature.verify(some(0), some(5), new Uint8Array(64))).toBe(false);
    await expect(ours.signature.keygen()).rejects.toThrow();
    await expect(suiteOf(null).signature.sign(NO_SIGNING_KEY, some(5))).rejects.toThrow();
  });
});

it('one group has members on either implementation', async () => {
  const config = configOf(authenticationBy(await knowing([ada, bo])([])));
  const lifetime = { notBefore: 0n, notAfter: 2n ** 40n };
  const packageOf = ({ device }: Person, suite: CiphersuiteImpl, signKey: Uint8Array) =>
    generateKeyPackageWithKey(
      credentialOf(device.id),
      capabilities,
      lifetime,
      [],
      { signKey, publicKey: device.credential.devicePub },
      suite,
    );
  const a = await packageOf(ada, ours, NO_SIGNING_KEY);
  const b = await packageOf(bo, theirs, fromHex(BO_SEED));
  const group = await createGroup(some(1, 16), a.publicPackage, a.privatePackage, [], ours, config);
  const add = { proposalType: 'add', add: { keyPackage: b.publicPackage } } as const;
  const options = { wireAsPublicMessage: true, ratchetTreeExtension: true } as const;
  const added = await createCommit(
    { state: group, cipherSuite: ours },
    { ...options, extraProposals: [add] },
  );
  if (added.welcome === undefined) throw new TypeError();
  const joined = await joinGroup(
    added.welcome,
    b.publicPackage,
    { ...b.privatePackage, signaturePrivateKey: fromHex(BO_SEED) },
    emptyPskIndex,
    theirs,
    undefined,
    undefined,
    config,
  );
  const updated = await createCommit({ state: joined, cipherSuite: theirs }, options);
  if (updated.commit.wireformat !== 'mls_public_message') throw new TypeError();
  const { newState } = await processPublicMessage(
    added.newState,
    updated.commit.publicMessage,
    emptyPskIndex,
    ours,
  );
  expect(hex(newState.keySchedule.exporterSecret)).toBe(hex(updated.newState.keySchedule.exporterSecret));
});

describe('a key that nothing can be sealed to', () => {
  it.each([
    ['is empty', () => some(0, 0)],
    ['is too short', () => some(1, 1215)],
    ['has coefficients that are none (FIPS 203 section 7.2)', () => some(0xff, 1216)],
    ['has a point of small order', () => new Uint8Array([...ada.member.hpkePub.slice(0, 1184), ...some(0)])],
  ])('%s', async (_, key) => {
    expect(await isUsable(key())).toBe(false);
    expect(await isUsable(ada.member.hpkePub)).toBe(true);
  });
});
