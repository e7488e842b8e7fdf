import { decode as decodeElsewhere, encode as encodeElsewhere } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError, decodeCbor, decodeCborFirst, encodeCbor, fromHex, toHex, utf8 } from '../src/index.ts';
import { anyValue } from './arbitrary.ts';

/** RFC 8949 appendix A: the examples that the subset has. */
const examples: [hex: string, value: unknown][] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['40', new Uint8Array()],
  ['4401020304', new Uint8Array([1, 2, 3, 4])],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '\u{10151}'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    Array.from({ length: 25 }, (_, index) => index + 1),
  ],
  ['a0', {}],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
  ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
];

/** RFC 8949 appendix A: the examples that the subset has not. */
const outside: [why: string, ...hex: string[]][] = [
  [
    'bigger integers',
    '1bffffffffffffffff',
    'c249010000000000000000',
    '3bffffffffffffffff',
    'c349010000000000000000',
  ],
  ['half floats', 'f90000', 'f98000', 'f93c00', 'f93e00', 'f97bff', 'f90001', 'f90400', 'f9c400'],
  ['floats', 'fb3ff199999999999a', 'fa47c35000', 'fa7f7fffff', 'fb7e37e43c8800759c', 'fbc010666666666666'],
  [
    'infinities and NaN',
    'f97c00',
    'f97e00',
    'f9fc00',
    'fa7f800000',
    'fa7fc00000',
    'fb7ff0000000000000',
    'fb7ff8000000000000',
  ],
  ['undefined and other simple values', 'f7', 'f0', 'f818', 'f8ff'],
  [
    'tags',
    'c074323031332d30332d32315432303a30343a30305a',
    'c11a514b67b0',
    'd74401020304',
    'd818456449455446',
  ],
  ['keys that are not text', 'a201020304'],
  [
    'indefinite lengths',
    '5f42010243030405ff',
    '7f657374726561646d696e67ff',
    '9fff',
    '9f018202039f0405ffff',
    '83018202039f0405ff',
    'bf61610161629f0203ffff',
    'bf6346756ef563416d7421ff',
  ],
];

/** Other spellings of values that the subset has, and things that are no value at all. */
const hostile: [why: string, ...hex: string[]][] = [
  [
    'numbers in more bytes than they need',
    '1800',
    '1817',
    '190001',
    '1900ff',
    '1a0000ffff',
    '1b00000000ffffffff',
    '3800',
    '5800',
    '7800',
    '9800',
    'b800',
  ],
  ['numbers just beyond 2^53 - 1', '1b0020000000000000', '3b001fffffffffffff'],
  ['repeated keys', 'a2616101616102'],
  ['keys out of order', 'a2616201616102', 'a262616101616202'],
  ['a key that would set a prototype', 'a1695f5f70726f746f5f5fa0'],
  ['keys of other than ASCII', 'a162c3bc01', 'a1610001'],
  ['broken UTF-8', '61ff', '63eda080', '62c080', '61c3', '64f4908080'],
  [
    'lengths beyond the message',
    '41',
    '5affffffff',
    '5b001fffffffffffff',
    '9affffffff',
    'bb001fffffffffffff',
    '9b001fffffffffffff00',
    '7a7fffffff61',
  ],
  ['a length that is not a length', '1c', '3d', '5e', '7c', '9d', 'be', 'dc', 'fc', 'ff', '81ff', 'a16161ff'],
  ['cut short', '', '18', '19ff', '1b00', '8201', 'a16161', 'a1'],
  ['bytes after the value', '0000', 'f6f6', '80f6'],
];

describe('[CD1] the examples of RFC 8949', () => {
  test.each(examples)('%s', (hex, value) => {
    expect(decodeCbor(fromHex(hex))).toEqual(value);
    expect(toHex(encodeCbor(value))).toBe(hex);
  });
});

describe('[CD2] [CD3] refused', () => {
  test.each([...outside, ...hostile])('%s', (_, ...hexes) => {
    for (const hex of hexes) expect(() => decodeCbor(fromHex(hex)), hex).toThrow(CodecError);
  });

  test('nesting deeper than 16, however deep', () => {
    const nested = (depth: number) => fromHex(`${'81'.repeat(depth)}00`);
    expect(() => decodeCbor(nested(16))).not.toThrow();
    expect(() => decodeCbor(nested(17))).toThrow(CodecError);
    expect(() => decodeCbor(nested(128 * 1024))).toThrow(CodecError);
    expect(() => decodeCbor(fromHex(`${'a16161'.repeat(20_000)}00`))).toThrow(CodecError);
  });

  test.each([
    ['undefined', undefined],
    ['a bigger integer', 2 ** 53],
    ['a bigint', 1n],
    ['a float', 1.5],
    ['NaN', Number.NaN],
    ['half a character', 'a\ud800'],
    ['a field that is not there', { a: undefined }],
    ['a key of other than ASCII', { ü: 1 }],
    ['a function', () => 1],
  ])('an encoder refuses %s', (_, value) => {
    expect(() => encodeCbor(value)).toThrow(CodecError);
    expect(toHex(encodeCbor([1, 'a']))).toBe('82016161');
  });

  test('an encoder refuses nesting that no decoder would take', () => {
    let value: unknown = 0;
    for (let depth = 0; depth < 17; depth += 1) value = [value];
    expect(() => encodeCbor(value)).toThrow(CodecError);
  });
});

test('[CD1] another implementation reads what we write, and writes the same', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      // It takes a leading byte order mark for no part of the text.
      fc.pre(!JSON.stringify(value).includes('\ufeff'));
      const bytes = encodeCbor(value);
      expect(decodeElsewhere(bytes, { strict: true, rejectDuplicateMapKeys: true })).toEqual(value);
      expect(new Uint8Array(encodeElsewhere(value))).toEqual(bytes);
    }),
    { numRuns: 1000 },
  );
});

test('text keeps a leading byte order mark', () => {
  const text = '\ufeffhello, and a few more words than thirty-two';
  expect(decodeCbor(encodeCbor(text))).toBe(text);
});

test('a value longer than any buffer comes out whole', () => {
  const value = { frame: new Uint8Array(200_000).fill(7), text: '水'.repeat(50_000) };
  expect(decodeCbor(encodeCbor(value))).toEqual(value);
});

test('the bytes after the first value are given back', () => {
  const [value, rest] = decodeCborFirst(fromHex('820102616101'));
  expect(value).toEqual([1, 2]);
  expect(toHex(rest)).toBe('616101');
});

test('an encoder keeps nothing of what it wrote', () => {
  const secret = utf8('the key of the room');
  const first = encodeCbor(secret);
  encodeCbor(0);
  expect(decodeCbor(first)).toEqual(secret);
});
