import { type Bytes, type Epoch, limits, type Seq } from '@aurora/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { LETTER_KEYS, LETTER_SPANS } from '../src/group/letter.ts';
import {
  checkInvite,
  checkSafetyCode,
  createInviteSecret,
  type Letter,
  openKnock,
  openLeave,
  openLetter,
  proveInvite,
  type Resolve,
  safetyNumber,
  sealLetter,
  signKnock,
  signLeave,
} from '../src/groups.ts';
import { flip } from './help/flip.ts';
import { knowing, NOW, packageOf, people, ROOM } from './help/groups.ts';
import { epoch, room } from './help/log.ts';
import type { Person } from './help/people.ts';
import { expectRefusal, isRefused } from './help/refusal.ts';

let ada: Person;
let bo: Person;
let mal: Person;
let resolve: Resolve;

beforeAll(async () => {
  [ada, bo, mal] = (await people('Ada', 'Bo', 'Mal')) as [Person, Person, Person];
  resolve = knowing([ada, bo, mal]);
});

const bytes = (value: number, length = 32): Bytes => new Uint8Array(length).fill(value);

describe('a letter', () => {
  const introduction = (): Extract<Letter, { type: 'introduction' }> => ({
    type: 'introduction',
    welcome: bytes(6),
    epoch: epoch(5),
    keys: [
      { epoch: epoch(1), key: bytes(1) },
      { epoch: epoch(4), key: bytes(4) },
    ],
    spans: [{ device: ada.device.id, since: epoch(1), until: epoch(3) }],
    title: 'Grüße',
    link: bytes(7, 16),
    chain: { seq: 5 as Seq, chain: bytes(9) },
  });
  const seal = (letter: Letter) => sealLetter({ room: ROOM, device: ada.device, to: bo.member, letter });
  const open = (frame: Bytes) => openLetter({ room: ROOM, device: bo.device, from: ada.member, frame });

  it('says to whom it is sealed what it says', async () => {
    for (const letter of [
      introduction(),
      { ...introduction(), keys: [], spans: [], title: null, link: null, chain: null },
      { type: 'refusal', code: 'room_full' },
    ] as Letter[])
      expect(await open(await seal(letter))).toEqual(letter);
  });

  it('comes back whatever it holds', async () => {
    const epochs = fc.uniqueArray(fc.nat(2 ** 40), { maxLength: 20 }).map((all) => all.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(epochs, fc.option(fc.string({ maxLength: 200 })), async (numbers, title) => {
        const keys = numbers.map((number) => ({ epoch: number as Epoch, key: bytes(number % 251) }));
        const letter: Letter = { ...introduction(), keys, title };
        expect(await open(await seal(letter))).toEqual(letter);
      }),
      { numRuns: 30 },
    );
  });

  it('fits a mailbox when it is as long as can be', async () => {
    const far = Number.MAX_SAFE_INTEGER;
    const keys = Array.from({ length: LETTER_KEYS }, (_, at) => ({
      epoch: (far - 1000 + at) as Epoch,
      key: bytes(1),
    }));
    const span = { device: ada.device.id, since: (far - 1) as Epoch, until: far as Epoch };
    const spans = Array.from({ length: LETTER_SPANS }, () => span);
    const letter = { ...introduction(), keys, spans, title: '€'.repeat(200) };
    expect((await seal(letter)).length).toBeLessThan(limits.delivery);
    await expectRefusal(
      seal({ ...letter, keys: [{ epoch: epoch(1), key: bytes(1) }, ...keys] }),
      'letter_malformed',
    );
    await expectRefusal(seal({ ...letter, spans: [span, ...spans] }), 'letter_malformed');
    await expectRefusal(seal({ ...letter, title: 'a'.repeat(201) }), 'letter_malformed');
  });

  it('has each epoch once, and nobody gone before they came', async () => {
    const [first, second] = introduction().keys;
    if (first === undefined || second === undefined) throw new RangeError();
    for (const keys of [
      [second, first],
      [first, first],
    ])
      await expectRefusal(seal({ ...introduction(), keys }), 'letter_malformed');
    const span = { device: bo.device.id, since: epoch(3), until: epoch(3) };
    await expectRefusal(seal({ ...introduction(), spans: [span] }), 'letter_malformed');
  });

  it('is of its sender, to its recipient, in its room', async () => {
    const frame = await seal(introduction());
    const place = { room: ROOM, device: bo.device, from: ada.member, frame };
    await expectRefusal(openLetter({ ...place, room: room(2) }), 'decryption_failed');
    await expectRefusal(openLetter({ ...place, device: mal.device }), 'decryption_failed');
    await expectRefusal(openLetter({ ...place, from: mal.member }), 'decryption_failed');
    for (let bit = 0; bit < frame.length * 8; bit += 53)
      expect(await isRefused(open(flip(frame, bit)))).toBe(true);
  });
});

describe('an invite', () => {
  it('is proven for one device in one room, by its secret', async () => {
    const secret = createInviteSecret();
    expect(secret).toHaveLength(16);
    expect(secret).not.toEqual(createInviteSecret());
    const place = { room: ROOM, device: bo.device.id };
    const proof = await proveInvite(secret, place);
    expect(proof).toHaveLength(64);
    expect(await checkInvite(secret, { ...place, proof })).toBe(true);
    expect(await checkInvite(createInviteSecret(), { ...place, proof })).toBe(false);
    expect(await checkInvite(secret, { ...place, device: mal.device.id, proof })).toBe(false);
    expect(await checkInvite(secret, { ...place, room: room(2), proof })).toBe(false);
    for (const wrong of [new Uint8Array(0), proof.slice(1), flip(proof, 3), flip(proof, 511)])
      expect(await checkInvite(secret, { ...place, proof: wrong })).toBe(false);
    expect(await checkInvite(new Uint8Array(0), { ...place, proof })).toBe(false);
  });
});

describe('a knock', () => {
  const knock = async (proof: Bytes | null = bytes(1, 64)) => {
    const { secret } = await packageOf(bo, resolve);
    return signKnock(bo.device, { room: ROOM, keyPackage: secret.keyPackage, proof });
  };
  const of = () => ({ room: ROOM, now: NOW, sender: bo.member, resolve });

  it('brings a key package, and a proof or none', async () => {
    for (const proof of [bytes(1, 64), null]) {
      const frame = await knock(proof);
      expect(frame.length).toBeLessThanOrEqual(limits.knock);
      const open = await openKnock(frame, of());
      expect(open).toMatchObject({ keyPackage: { device: bo.device.id }, proof });
    }
  });

  it('is of who knocks, at the door that it is said to be', async () => {
    const frame = await knock();
    await expectRefusal(openKnock(frame, { ...of(), room: room(2) }), 'room_mismatch');
    await expectRefusal(openKnock(frame, { ...of(), sender: mal.member }), 'sender_mismatch');
    const { secret } = await packageOf(bo, resolve);
    const stolen = await signKnock(mal.device, { room: ROOM, keyPackage: secret.keyPackage, proof: null });
    await expectRefusal(openKnock(stolen, { ...of(), sender: mal.member }), 'key_package_wrong');
    await expectRefusal(openKnock(flip(frame, 5), of()), 'signature_wrong');
    for (let bit = 0; bit < frame.length * 8; bit += 53)
      expect(await isRefused(openKnock(flip(frame, bit), of()))).toBe(true);
    await expectRefusal(openKnock(new Uint8Array(limits.knock + 1), of()), 'frame_too_large');
    const long = signKnock(bo.device, {
      room: ROOM,
      keyPackage: new Uint8Array(limits.keyPackage),
      proof: null,
    });
    await expectRefusal(long, 'frame_too_large');
  });
});

describe('a goodbye', () => {
  it('is of who says it, in one room, in its epoch', async () => {
    const frame = await signLeave(bo.device, { room: ROOM, epoch: epoch(3) });
    const of = { room: ROOM, epoch: epoch(3), sender: bo.member };
    await openLeave(frame, of);
    await expectRefusal(openLeave(frame, { ...of, room: room(2) }), 'room_mismatch');
    await expectRefusal(openLeave(frame, { ...of, sender: mal.member }), 'sender_mismatch');
    await expectRefusal(openLeave(frame, { ...of, epoch: epoch(4) }), 'epoch_mismatch');
    for (let bit = 0; bit < frame.length * 8; bit += 1)
      expect(await isRefused(openLeave(flip(frame, bit), of))).toBe(true);
  });

  it('is no knock, and a knock no goodbye', async () => {
    const frame = await signLeave(bo.device, { room: ROOM, epoch: epoch(3) });
    await expectRefusal(
      openKnock(frame, { room: ROOM, now: NOW, sender: bo.member, resolve }),
      'handshake_malformed',
    );
  });
});

test('both see one safety number, and each one’s code fits the other’s device', async () => {
  const [a, b, m] = [ada, bo, mal].map(({ device }) => device.credential.identityPub) as [
    Bytes,
    Bytes,
    Bytes,
  ];
  const [one, other, third] = await Promise.all([safetyNumber(a, b), safetyNumber(b, a), safetyNumber(a, m)]);
  expect(one.digits).toMatch(/^\d{60}$/);
  expect(one.digits).toBe(other.digits);
  expect(one.digits).not.toBe(third.digits);
  expect(one.code).not.toBe(other.code);
  expect(await checkSafetyCode(other.code, a, b)).toBe('same');
  expect(await checkSafetyCode(` ${other.code}\n`, a, b)).toBe('same');
  // One's own code back, somebody else's, and half of it.
  expect(await checkSafetyCode(one.code, a, b)).toBe('differs');
  expect(await checkSafetyCode(other.code, a, m)).toBe('differs');
  for (const code of [
    '',
    'aurora:1:',
    other.code.slice(0, -1),
    `${other.code}A`,
    other.code.replace(':1:', ':2:'),
  ])
    expect(await checkSafetyCode(code, a, b)).toBe('unreadable');
});
