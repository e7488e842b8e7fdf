import { limits } from '@aurora/protocol';
import { expect, test } from 'vitest';
import { HEADER_BYTES } from '../src/content/header.ts';
import {
  type Body,
  ContentKeys,
  decodeBody,
  encodeBody,
  openMessage,
  openRegister,
  openSignal,
  type RegisterBody,
  sealMessage,
  sealRegister,
  sealSignal,
} from '../src/index.ts';
import { flip } from './help/flip.ts';
import { bytes32, epoch, messageId, millis, room, seq } from './help/log.ts';
import { person } from './help/people.ts';
import { expectRefusal, isRefused } from './help/refusal.ts';

const [ada, bo] = await Promise.all([person('Ada'), person('Bo')]);
const place = { room: room(1), epoch: epoch(4), key: bytes32(7) };
const mark: RegisterBody = { type: 'mark', at: millis(1), delivered: seq(12), seen: null };
const keyOf = (wanted: number) => (wanted === place.epoch ? place.key : null);
const of = { room: place.room, keyOf, sender: ada.member };

test('how far somebody is comes back as it was said, under the key of whichever epoch', async () => {
  for (const body of [mark, { ...mark, seen: seq(11) }]) {
    const frame = await sealRegister({ ...place, device: ada.device, body });
    expect(await openRegister({ ...of, frame })).toEqual(body);
  }
  const keys = new ContentKeys();
  const frame = await sealRegister({ ...place, keys, device: ada.device, body: mark });
  expect(await openRegister({ ...of, keys, frame })).toEqual(mark);
});

test('it is always as long, whatever it says', async () => {
  const most = { ...mark, delivered: seq(Number.MAX_SAFE_INTEGER), seen: seq(Number.MAX_SAFE_INTEGER) };
  const lengths = await Promise.all(
    [mark, most].map(async (body) => (await sealRegister({ ...place, device: ada.device, body })).length),
  );
  expect(new Set(lengths).size).toBe(1);
  expect(lengths[0]).toBeLessThanOrEqual(limits.register);
});

test('it is of its sender, in its room, under a key that one has', async () => {
  const frame = await sealRegister({ ...place, device: ada.device, body: mark });
  await expectRefusal(openRegister({ ...of, room: room(2), frame }), 'room_mismatch');
  await expectRefusal(openRegister({ ...of, sender: bo.member, frame }), 'sender_mismatch');
  await expectRefusal(openRegister({ ...of, keyOf: () => null, frame }), 'no_key');
  await expectRefusal(openRegister({ ...of, keyOf: () => bytes32(8), frame }), 'decryption_failed');
  const long = new Uint8Array([...frame, ...new Uint8Array(limits.register)]);
  await expectRefusal(openRegister({ ...of, frame: long }), 'frame_too_large');
  for (let bit = 0; bit < frame.length * 8; bit += 3) {
    // The id of a register is nobody's: no place in the log goes by it. It is bound all the same.
    expect(await isRefused(openRegister({ ...of, frame: flip(frame, bit) }))).toBe(true);
  }
  expect(frame.length).toBeGreaterThan(HEADER_BYTES);
});

test('neither message nor signal passes for it, nor it for them', async () => {
  const id = messageId(1);
  const text = { type: 'text', at: millis(1), seen: null, text: 'Hello' } as const;
  const typing = { type: 'typing', at: millis(1), typing: true } as const;
  const register = await sealRegister({ ...place, device: ada.device, body: mark });
  const message = await sealMessage({ ...place, id, device: ada.device, body: text });
  const signal = await sealSignal({ ...place, device: ada.device, body: typing });
  await expectRefusal(openRegister({ ...of, frame: message }), 'decryption_failed');
  await expectRefusal(openRegister({ ...of, frame: signal }), 'decryption_failed');
  await expectRefusal(openSignal({ ...place, sender: ada.member, frame: register }), 'decryption_failed');
  await expectRefusal(openMessage({ ...place, id, sender: ada.member, frame: register }), 'id_mismatch');
  const device = ada.device;
  await expectRefusal(sealMessage({ ...place, id, device, body: mark as never }), 'body_misplaced');
  await expectRefusal(sealSignal({ ...place, device, body: mark as never }), 'body_misplaced');
  await expectRefusal(sealRegister({ ...place, device, body: text as never }), 'body_misplaced');
});

test('titles and links have their bounds', () => {
  const title: Body = { type: 'title', at: millis(1), seen: null, title: 'a'.repeat(200) };
  expect(decodeBody(encodeBody(title))).toEqual(title);
  expect(() => encodeBody({ ...title, title: 'a'.repeat(201) })).toThrow();
  for (const length of [0, 15, 17])
    expect(() =>
      encodeBody({ type: 'link', at: millis(1), seen: null, secret: new Uint8Array(length) }),
    ).toThrow();
});
