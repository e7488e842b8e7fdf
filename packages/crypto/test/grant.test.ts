import { type Bytes, concatBytes, encodeCbor, fromHex, limits, utf8 } from '@aurora/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vouch } from '../src/identity/device.ts';
import {
  type EpochKey,
  GRANT_KEYS,
  type Grant,
  openGrant,
  sealGrant,
  verifyCredential,
} from '../src/index.ts';
import { sign } from '../src/primitives/ed25519.ts';
import { hpkeSeal } from '../src/primitives/hpke.ts';
import { flip } from './help/flip.ts';
import { bytes32, epoch, room, seq } from './help/log.ts';
import { ada, bo, mal } from './help/opened.ts';
import { signer } from './help/people.ts';
import { expectRefusal, isRefused } from './help/refusal.ts';

const keys: EpochKey[] = [3, 1, 2].map((value) => ({ epoch: epoch(value), key: bytes32(value) }));
const chain = { seq: seq(12), chain: bytes32(9) };
const place = { room: room(1) };

const seal = (grant: Partial<Grant> = {}): Promise<Bytes> =>
  sealGrant({ ...place, device: ada.device, to: bo.member, keys, chain, ...grant });
const open = (frame: Bytes): Promise<Grant> =>
  openGrant({ ...place, device: bo.device, from: ada.member, frame });

test('Bo opens what Ada grants him', async () => {
  const { keys: opened, chain: at } = await open(await seal());
  expect(opened).toEqual([1, 2, 3].map((value) => ({ epoch: value, key: bytes32(value) })));
  expect(at).toEqual(chain);
  expect((await open(await seal({ chain: null }))).chain).toBeNull();
});

test('the largest grant fits a delivery', async () => {
  const most = Array.from({ length: GRANT_KEYS }, (_, i) => ({
    epoch: epoch(Number.MAX_SAFE_INTEGER - i),
    key: bytes32(i % 256),
  }));
  const frame = await seal({ keys: most, chain: { ...chain, seq: seq(Number.MAX_SAFE_INTEGER) } });
  expect(frame.length).toBeLessThanOrEqual(limits.delivery);
  expect((await open(frame)).keys).toHaveLength(GRANT_KEYS);
  await expectRefusal(seal({ keys: [...most, ...keys] }), 'too_many_keys');
});

test('nobody seals a grant of nothing, of one epoch twice, or of something that is no key', async () => {
  await expectRefusal(seal({ keys: [] }), 'too_many_keys');
  await expectRefusal(seal({ keys: [...keys, ...keys] }), 'grant_malformed');
  await expectRefusal(seal({ keys: [{ epoch: epoch(1), key: new Uint8Array(16) }] }), 'grant_malformed');
});

test('a device whose X-Wing key is not one gets a refusal in words', async () => {
  const key = await signer('02'.repeat(32));
  const hpke = { seed: mal.device.hpkeKey, pub: new Uint8Array(1216).fill(0xff) };
  const broken = await verifyCredential((await vouch('Mal', key, key, hpke)).credential);
  const attempt = sealGrant({ ...place, device: ada.device, to: broken, keys, chain });
  await expectRefusal(attempt, 'recipient_key_wrong');
});

describe('a grant is refused', () => {
  const info = (of = { room: place.room, from: ada.device.id, to: bo.device.id }): Bytes =>
    concatBytes(utf8('aurora/grant/1'), fromHex(of.room), fromHex(of.from), fromHex(of.to));
  const prefix = Uint8Array.of(1, 1);

  /** A grant made by hand: the payload, whose signature, and what it is sealed with. */
  async function forge(
    payload: Bytes,
    by = ada.device.signKey,
    signedFor = info(),
    sealedFor = info(),
  ): Promise<Bytes> {
    const plain = concatBytes(await sign(by, concatBytes(signedFor, payload)), payload);
    return concatBytes(prefix, await hpkeSeal(bo.member.hpkePub, sealedFor, prefix, plain));
  }
  const payload = encodeCbor({ keys: [[1, bytes32(1)]], chain: null });

  test('never, when it is forged without a lie', async () => {
    expect(await open(await forge(payload))).toEqual({ keys: [{ epoch: 1, key: bytes32(1) }], chain: null });
  });

  test('by everybody but the one it is for', async () => {
    const attempt = openGrant({ ...place, device: mal.device, from: ada.member, frame: await seal() });
    await expectRefusal(attempt, 'decryption_failed');
  });

  test('when a relay says that it came from another member', async () => {
    const attempt = openGrant({ ...place, device: bo.device, from: mal.member, frame: await seal() });
    await expectRefusal(attempt, 'decryption_failed');
  });

  test('when a relay says that it is for another room', async () => {
    const attempt = openGrant({ room: room(2), device: bo.device, from: ada.member, frame: await seal() });
    await expectRefusal(attempt, 'decryption_failed');
  });

  test('when Mal seals it as Ada', async () => {
    await expectRefusal(open(await forge(payload, mal.device.signKey)), 'signature_wrong');
  });

  test('when Mal passes on what Ada signed for Mal', async () => {
    const forMal = info({ room: place.room, from: ada.device.id, to: mal.device.id });
    await expectRefusal(open(await forge(payload, ada.device.signKey, forMal)), 'signature_wrong');
  });

  test('when its keys are none, twice, out of order, of another length, or more than one grant takes', async () => {
    const key = bytes32(1);
    const lists = [
      [],
      [
        [1, key],
        [1, key],
      ],
      [
        [2, key],
        [1, key],
      ],
      [[1, key.slice(1)]],
      Array.from({ length: GRANT_KEYS + 1 }, (_, i) => [i, key]),
    ];
    for (const list of lists) {
      await expectRefusal(open(await forge(encodeCbor({ keys: list, chain: null }))), 'grant_malformed');
    }
    await expectRefusal(open(await forge(concatBytes(payload, Uint8Array.of(0)))), 'grant_malformed');
  });

  test('when its version or suite is unknown', async () => {
    const frame = await seal();
    await expectRefusal(open(concatBytes(Uint8Array.of(2, 1), frame.slice(2))), 'version_unknown');
    await expectRefusal(open(concatBytes(Uint8Array.of(1, 2), frame.slice(2))), 'suite_unknown');
  });

  test('when it is too short or too long to be one', async () => {
    await expectRefusal(open((await seal()).slice(0, 1201)), 'frame_malformed');
    await expectRefusal(open(new Uint8Array(limits.delivery + 1)), 'frame_too_large');
  });

  test('when any of its bits was flipped', async () => {
    const frame = await seal();
    await fc.assert(
      fc.asyncProperty(fc.nat(frame.length * 8 - 1), async (bit) => {
        expect(await isRefused(open(flip(frame, bit)))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('when it is arbitrary bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1150, maxLength: 1400 }), async (garbage) => {
        expect(await isRefused(open(concatBytes(prefix, garbage)))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
