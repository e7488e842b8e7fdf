import { type Bytes, encodeCbor, limits } from '@aurora/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Body, CryptoError, decodeBody, encodeBody, type FileDescriptor } from '../src/index.ts';
import { bytes32, millis, seq } from './help/log.ts';
import { expectRefusal } from './help/refusal.ts';

const decoding = (encoded: Bytes): Promise<Body> => Promise.resolve().then(() => decodeBody(encoded));
const encoding = (body: Body): Promise<Bytes> => Promise.resolve().then(() => encodeBody(body));

const anyBody: fc.Arbitrary<Body> = fc.oneof(
  fc.record({
    type: fc.constant('text' as const),
    at: fc.integer({ min: 0, max: limits.millis }).map(millis),
    seen: fc.option(fc.tuple(fc.maxSafeNat().map(seq), fc.nat(255).map(bytes32))),
    text: fc.string({ unit: 'grapheme', maxLength: 400 }),
  }),
  fc.record({
    type: fc.constant('typing' as const),
    at: fc.integer({ min: 0, max: limits.millis }).map(millis),
    typing: fc.boolean(),
  }),
);

test('every body comes back as it was said', () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      expect(decodeBody(encodeBody(body))).toEqual(body);
    }),
  );
});

const fileOf = (blob: string): FileDescriptor => ({
  blob: blob.repeat(32) as FileDescriptor['blob'],
  name: 'a.bin',
  type: '',
  size: 1,
  preview: null,
  duration: null,
  voice: false,
  key: bytes32(1),
  prefix: new Uint8Array(7),
  hash: bytes32(2),
  packed: null,
});
const filesOf = (...files: FileDescriptor[]): Body => ({
  type: 'files',
  at: millis(1),
  seen: null,
  text: '',
  files,
});

test('files come back as they were said', () => {
  const all = Array.from({ length: limits.blobs }, (_, at) => fileOf(at.toString(16)));
  const preview = { width: 1, height: 100_000, image: new Uint8Array(limits.preview) };
  const body = filesOf(...all.map((file) => ({ ...file, preview, name: 'n'.repeat(limits.fileName) })));
  expect(decodeBody(encodeBody(body))).toEqual(body);
});

test.each([
  ['none', []],
  ['one twice', [fileOf('a'), fileOf('b'), fileOf('a')]],
  ['too many', Array.from({ length: limits.blobs + 1 }, (_, at) => fileOf(at.toString(16)))],
  ['one larger than chunks can count', [{ ...fileOf('a'), size: 2 ** 52 + 1 }]],
  ['one with a key of another size', [{ ...fileOf('a'), key: new Uint8Array(16) }]],
  [
    'one with a preview without a side',
    [{ ...fileOf('a'), preview: { width: 0, height: 1, image: new Uint8Array(1) } }],
  ],
  [
    'one with too large a preview',
    [{ ...fileOf('a'), preview: { width: 1, height: 1, image: new Uint8Array(limits.preview + 1) } }],
  ],
])('of files, %s is refused', async (_, files) => {
  await expectRefusal(encoding(filesOf(...files)), 'body_malformed');
});

test('arbitrary bytes are refused with words and never break anything', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
      try {
        decodeBody(new Uint8Array(garbage));
      } catch (error) {
        expect(error).toBeInstanceOf(CryptoError);
      }
    }),
  );
});

test('what a later version may say is told from what nobody should say', async () => {
  await expectRefusal(decoding(encodeCbor({ type: 'reaction', at: 1, to: 3 })), 'body_unknown');
  await expectRefusal(decoding(encodeCbor({ type: '__proto__x' })), 'body_unknown');
  for (const wire of [{ type: 'text', at: 1, seen: null }, { type: 7 }, { at: 1 }, [], 'text', null]) {
    await expectRefusal(decoding(encodeCbor(wire)), 'body_malformed');
  }
  const known = { type: 'text', at: 1, seen: null, text: 'Hi' };
  await expectRefusal(decoding(encodeCbor({ ...known, more: 1 })), 'body_malformed');
  await expectRefusal(decoding(encodeCbor({ ...known, seen: [1, new Uint8Array(31)] })), 'body_malformed');
});

test('Ada cannot send what Bo would refuse: a text too long, or half a character', async () => {
  const say = (text: string): Body => ({ type: 'text', at: millis(1), seen: null, text });
  expect(decodeBody(encodeBody(say('x'.repeat(limits.text))))).toMatchObject({ type: 'text' });
  await expectRefusal(encoding(say('x'.repeat(limits.text + 1))), 'body_malformed');
  await expectRefusal(encoding(say('\ud83d')), 'body_malformed');
});
