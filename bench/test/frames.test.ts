import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientFrame, FrameReader, Opcode, serverFrame } from '../src/load/frames.ts';
import { Repeats } from '../src/load/repeats.ts';

const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });

test('frames come out whole, however the stream is cut', () => {
  fc.assert(
    fc.property(payloads, fc.integer({ min: 1, max: 400 }), fc.boolean(), (sent, cut, masked) => {
      const frames = sent.map((payload) => (masked ? clientFrame : serverFrame)(Opcode.binary, payload));
      const stream = Buffer.concat(frames);
      const read: Buffer[] = [];
      const reader = new FrameReader((_, payload) => read.push(Buffer.from(payload)));
      const shared = Buffer.alloc(400);
      for (let at = 0; at < stream.length; at += cut) {
        const length = stream.copy(shared, 0, at, at + cut);
        reader.push(shared.subarray(0, length));
      }
      expect(read.map((payload) => payload.toString('hex'))).toEqual(
        sent.map((payload) => Buffer.from(payload).toString('hex')),
      );
    }),
  );
});

test('frames of every length class', () => {
  for (const length of [0, 125, 126, 65_535, 65_536]) {
    const lengths: number[] = [];
    const reader = new FrameReader((_, payload) => lengths.push(payload.length));
    reader.push(serverFrame(Opcode.binary, new Uint8Array(length)));
    reader.push(Buffer.from(clientFrame(Opcode.text, new Uint8Array(length))));
    expect(lengths).toEqual([length, length]);
  }
});

test('a repeat is known by its place and all of its bytes', () => {
  const repeats = new Repeats();
  repeats.keep(5, Buffer.from('abc'), 3);
  expect(repeats.find(5, Buffer.from('abc'))).toBe(3);
  expect(repeats.find(6, Buffer.from('abc'))).toBeUndefined();
  expect(repeats.find(5, Buffer.from('abd'))).toBeUndefined();
  for (let place = 10; place < 3000; place += 1) repeats.keep(place, Buffer.from('x'), 1);
  expect(repeats.find(5, Buffer.from('abc'))).toBeUndefined();
  expect(repeats.find(2999, Buffer.from('x'))).toBe(1);
});
