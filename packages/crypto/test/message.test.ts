import { type Bytes, concatBytes, encodeCbor, limits } from '@aurora/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeHeader, type Header } from '../src/content/header.ts';
import {
  ContentKeys,
  encodeBody,
  keyIdOf,
  type MessageBody,
  openMessage,
  openSignal,
  readHeader,
  sealMessage,
  sealSignal,
} from '../src/index.ts';
import { believedFlips } from './help/flip.ts';
import { type Forgery, forge } from './help/forge.ts';
import { bytes32, epoch, messageId, millis, room, seq } from './help/log.ts';
import { type Person, person } from './help/people.ts';
import { expectRefusal, isRefused } from './help/refusal.ts';

let ada: Person;
let bo: Person;
beforeAll(async () => {
  [ada, bo] = await Promise.all([person('Ada'), person('Bo')]);
});

const key = bytes32(7);
const place = { room: room(1), epoch: epoch(3), key, id: messageId(9) };
const say = (text: string): MessageBody => ({
  type: 'text',
  at: millis(1),
  seen: [seq(4), bytes32(5)],
  text,
});
const hello = say('Hello, Bo 👋🏽');
const sealHello = (): Promise<Bytes> => sealMessage({ ...place, device: ada.device, body: hello });
const open = (frame: Bytes): Promise<MessageBody> => openMessage({ ...place, sender: ada.member, frame });

test('Bo reads what Ada said', async () => {
  expect(await open(await sealHello())).toEqual(hello);
});

test('any text of any length comes back unchanged', async () => {
  const keys = new ContentKeys();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 2000 }), async (text) => {
      const frame = await sealMessage({ ...place, keys, device: ada.device, body: say(text) });
      expect(await openMessage({ ...place, keys, sender: ada.member, frame })).toMatchObject({ text });
    }),
  );
});

test('the longest text in the widest letters fits the log', async () => {
  const frame = await sealMessage({ ...place, device: ada.device, body: say('€'.repeat(limits.text)) });
  expect(frame.length).toBeLessThanOrEqual(limits.frame);
  expect(await open(frame)).toMatchObject({ text: '€'.repeat(limits.text) });
});

test('[EV1] the header is 70 bytes, in the clear, and says where the message belongs', async () => {
  const frame = await sealHello();
  expect(readHeader(frame)).toMatchObject({
    room: place.room,
    epoch: 3,
    device: ada.device.id,
    id: place.id,
  });
  expect(encodeHeader(readHeader(frame))).toEqual(frame.slice(0, 70));
  expect(encodeHeader(readHeader(frame))).toHaveLength(70);
});

test('[EV3] a short message looks as long as another, and the same one twice looks different', async () => {
  const [one, two] = await Promise.all([sealHello(), sealHello()]);
  expect(one).not.toEqual(two);
  const shorter = await sealMessage({ ...place, device: ada.device, body: say('ok') });
  expect(shorter).toHaveLength(one.length);
});

test('derived keys that were kept open the same, also when one epoch has two candidate keys', async () => {
  const keys = new ContentKeys();
  const frame = await sealHello();
  const other = { ...place, key: bytes32(8) };
  const otherFrame = await sealMessage({ ...other, keys, device: ada.device, body: hello });
  for (let again = 0; again < 2; again += 1) {
    expect(await openMessage({ ...place, keys, sender: ada.member, frame })).toEqual(hello);
    expect(await openMessage({ ...other, keys, sender: ada.member, frame: otherFrame })).toEqual(hello);
    await expectRefusal(openMessage({ ...other, keys, sender: ada.member, frame }), 'decryption_failed');
  }
  keys.clear();
  expect(await openMessage({ ...place, keys, sender: ada.member, frame })).toEqual(hello);
});

test('a message with any one bit flipped is refused', async () => {
  const frame = await sealHello();
  const keys = new ContentKeys();
  const opening = (flipped: Bytes): Promise<unknown> =>
    openMessage({ ...place, keys, sender: ada.member, frame: flipped });
  expect(await believedFlips(frame, (flipped) => isRefused(opening(flipped)))).toEqual([]);
});

test('arbitrary bytes are refused as a message', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (garbage) => {
      expect(await isRefused(open(new Uint8Array(garbage)))).toBe(true);
    }),
  );
});

describe('a message is refused', () => {
  const header = (changes: Partial<Header> = {}): Header => ({
    room: place.room,
    epoch: place.epoch,
    device: ada.device.id,
    id: place.id,
    nonce: new Uint8Array(12).fill(3),
    ...changes,
  });
  const made = (changes: Partial<Forgery> = {}): Promise<Bytes> =>
    forge({ header: header(), device: ada.device, key, ...changes });

  test('never, when it is forged without a lie', async () => {
    expect(await open(await made())).toMatchObject({ text: 'Hello' });
  });

  test('when it is shorter than a header and a tag', async () => {
    await expectRefusal(open((await made()).slice(0, 85)), 'frame_malformed');
    await expectRefusal(open(new Uint8Array(0)), 'frame_malformed');
  });

  test('when it is longer than the log takes', async () => {
    await expectRefusal(open(new Uint8Array(limits.frame + 1)), 'frame_too_large');
  });

  test('when its version is unknown', async () => {
    const rawHeader = encodeHeader(header());
    rawHeader[0] = 2;
    await expectRefusal(open(await made({ rawHeader })), 'version_unknown');
  });

  test('when its suite is unknown', async () => {
    const rawHeader = encodeHeader(header());
    rawHeader[1] = 2;
    await expectRefusal(open(await made({ rawHeader })), 'suite_unknown');
  });

  test('when its epoch is larger than any number', async () => {
    const rawHeader = encodeHeader(header());
    rawHeader[18] = 0xff;
    await expectRefusal(open(await made({ rawHeader })), 'frame_malformed');
  });

  test('[EV5] when it was said in another room', async () => {
    await expectRefusal(open(await made({ header: header({ room: room(2) }) })), 'room_mismatch');
  });

  test('[EV5] when it was said in another epoch', async () => {
    await expectRefusal(open(await made({ header: header({ epoch: epoch(2) }) })), 'epoch_mismatch');
  });

  test('[EV5] when a relay repeats it under another id', async () => {
    await expectRefusal(open(await made({ header: header({ id: messageId(8) }) })), 'id_mismatch');
  });

  test('[EV5] when a relay says that Bo said what Ada said', async () => {
    const frame = await sealHello();
    await expectRefusal(openMessage({ ...place, sender: bo.member, frame }), 'sender_mismatch');
  });

  test('when it is sealed under another key', async () => {
    await expectRefusal(open(await made({ key: bytes32(8) })), 'decryption_failed');
  });

  test('when it is sealed under the content key of another device', async () => {
    const sealedFor = { ...place, device: bo.device.id };
    await expectRefusal(open(await made({ sealedFor })), 'decryption_failed');
  });

  test('when what was sealed is shorter than a signature and a keyId', async () => {
    await expectRefusal(open(await made({ plain: new Uint8Array(95) })), 'frame_malformed');
  });

  test('when it commits to another key', async () => {
    await expectRefusal(open(await made({ keyId: await keyIdOf(bytes32(8)) })), 'key_id_mismatch');
  });

  test('when Bo, who holds the key, signs as Ada', async () => {
    await expectRefusal(open(await made({ signer: bo.device.signKey })), 'signature_wrong');
  });

  test('when its signature is a point that signs for everything', async () => {
    const signature = new Uint8Array(64);
    signature[0] = 1;
    await expectRefusal(open(await made({ signature })), 'signature_wrong');
  });

  test('when Ada signed it as a signal', async () => {
    await expectRefusal(open(await made({ purpose: 'signal' })), 'decryption_failed');
    const sealed = await sealSignal({
      ...place,
      device: ada.device,
      body: { type: 'typing', at: millis(1), typing: true },
    });
    const named = { ...place, id: readHeader(sealed).id };
    await expectRefusal(openMessage({ ...named, sender: ada.member, frame: sealed }), 'decryption_failed');
  });

  test('when its body is not what this version can read at all', async () => {
    const body = new Uint8Array([0xff]);
    await expectRefusal(open(await made({ body })), 'body_malformed');
  });

  test('when its body is of a kind that a later version may know', async () => {
    const body = encodeCbor({ type: 'reaction', at: 1 });
    await expectRefusal(open(await made({ body })), 'body_unknown');
  });

  test('when its body lacks something', async () => {
    await expectRefusal(open(await made({ body: encodeCbor({ type: 'text', at: 1 }) })), 'body_malformed');
  });

  test('when it holds what may only be signalled', async () => {
    const body = encodeBody({ type: 'typing', at: millis(1), typing: true });
    await expectRefusal(open(await made({ body })), 'body_misplaced');
  });

  test('when something hides in its padding', async () => {
    const body = encodeBody(say('Hello'));
    const padded = concatBytes(body, new Uint8Array(256 - body.length).fill(1));
    await expectRefusal(open(await made({ body, padded })), 'padding_wrong');
  });

  test('when it is padded to another size', async () => {
    const body = encodeBody(say('Hello'));
    const padded = concatBytes(body, new Uint8Array(257 - body.length));
    await expectRefusal(open(await made({ body, padded })), 'padding_wrong');
    await expectRefusal(open(await made({ body, padded: body })), 'padding_wrong');
  });

  test('when the key given is no key', async () => {
    const frame = await sealHello();
    const short = { ...place, key: new Uint8Array(16) };
    await expectRefusal(openMessage({ ...short, sender: ada.member, frame }), 'key_wrong_size');
    await expectRefusal(sealMessage({ ...short, device: ada.device, body: hello }), 'key_wrong_size');
  });
});

describe('a signal', () => {
  const typing = { type: 'typing', at: millis(1), typing: true } as const;
  const seal = (): Promise<Bytes> => sealSignal({ ...place, device: ada.device, body: typing });

  test('tells Bo that Ada types, in one size that a signal may have', async () => {
    const frame = await seal();
    expect(await openSignal({ ...place, sender: ada.member, frame })).toEqual(typing);
    const stop = await sealSignal({ ...place, device: ada.device, body: { ...typing, typing: false } });
    expect(stop).toHaveLength(frame.length);
    expect(frame.length).toBeLessThanOrEqual(limits.signal);
  });

  test('has an id of its own each time', async () => {
    const [one, two] = await Promise.all([seal(), seal()]);
    expect(readHeader(one).id).not.toBe(readHeader(two).id);
  });

  test('is refused when it is a message', async () => {
    const frame = await sealHello();
    await expectRefusal(openSignal({ ...place, sender: ada.member, frame }), 'decryption_failed');
  });

  test('is refused when it holds what belongs in the log', async () => {
    const header = { ...place, device: ada.device.id, nonce: new Uint8Array(12) };
    const frame = await forge({ header, device: ada.device, key, purpose: 'signal' });
    await expectRefusal(openSignal({ ...place, sender: ada.member, frame }), 'body_misplaced');
  });

  test('is refused from another room, epoch or sender, and when it is too long', async () => {
    const frame = await seal();
    const sender = ada.member;
    await expectRefusal(openSignal({ ...place, room: room(2), sender, frame }), 'room_mismatch');
    await expectRefusal(openSignal({ ...place, epoch: epoch(4), sender, frame }), 'epoch_mismatch');
    await expectRefusal(openSignal({ ...place, sender: bo.member, frame }), 'sender_mismatch');
    const long = concatBytes(frame, new Uint8Array(limits.signal));
    await expectRefusal(openSignal({ ...place, sender, frame: long }), 'frame_too_large');
  });

  test('is refused with any one bit flipped', async () => {
    const frame = await seal();
    const keys = new ContentKeys();
    const opening = (flipped: Bytes): Promise<unknown> =>
      openSignal({ ...place, keys, sender: ada.member, frame: flipped });
    expect(await believedFlips(frame, (flipped) => isRefused(opening(flipped)))).toEqual([]);
  });
});
