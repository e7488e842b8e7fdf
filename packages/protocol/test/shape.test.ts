import { describe, expect, test } from 'vitest';
import {
  bytes,
  CodecError,
  decode,
  encode,
  encodeCbor,
  id,
  limits,
  list,
  millis,
  nullable,
  oneOf,
  pair,
  record,
  type Shape,
  text,
  uint,
  variant,
} from '../src/index.ts';

const wrong: [string, Shape<unknown>, unknown[]][] = [
  ['bytes', bytes(2, 4), [new Uint8Array(1), new Uint8Array(5), 'ab', [1, 2], null, 3]],
  ['an id', id(), [new Uint8Array(15), new Uint8Array(17), '00'.repeat(16), null]],
  ['a number', uint(9, 2), [1, 10, -1, '3', null, [2]]],
  ['text', text(3), ['abcd', '🌈🌈', 3, null, new Uint8Array(2)]],
  ['a word', oneOf(['open', 'private']), ['opened', '', 'constructor', 0, null]],
  ['a list', list(uint(), 2), [[1, 2, 3], ['1'], { length: 0 }, null, new Uint8Array(1)]],
  ['a pair', pair(uint(), uint()), [[1], [1, 2, 3], [1, null], null]],
  ['null or a number', nullable(uint()), ['', false, []]],
  ['a record', record({ a: uint() }), [{}, { a: 1, b: 2 }, { b: 1 }, [], null, new Uint8Array(1), 'a']],
  [
    'a variant',
    variant({ one: { a: uint() }, two: {} }),
    [{ type: 'one' }, { type: 'two', a: 1 }, { type: 'three' }, { type: 1 }, { a: 1 }, {}, null, ['type']],
  ],
];

describe('[CD5] a shape refuses whatever is outside its bounds', () => {
  test.each(wrong)('%s', (_, shape, values) => {
    for (const value of values) expect(() => decode(shape, encodeCbor(value))).toThrow(CodecError);
  });
});

test('[CD5] a shape takes its bounds themselves', () => {
  const shape = record({ bytes: bytes(2, 4), number: uint(9, 2), text: text(3), list: list(uint(), 2) });
  for (const value of [
    { bytes: new Uint8Array(2), number: 2, text: '', list: [] },
    { bytes: new Uint8Array(4), number: 9, text: '水水水', list: [0, Number.MAX_SAFE_INTEGER] },
  ])
    expect(decode(shape, encode(shape, value))).toEqual(value);
});

test('[CD7] a variant is told by its type', () => {
  const shape = variant({ one: { a: uint() }, two: {} });
  expect(decode(shape, encode(shape, { type: 'one', a: 1 }))).toEqual({ type: 'one', a: 1 });
  expect(decode(shape, encode(shape, { type: 'two' }))).toEqual({ type: 'two' });
});

test('[CD11] the last moment that a date can show is one, and the next is none', () => {
  const last = limits.millis;
  expect(decode(millis, encodeCbor(last))).toBe(last);
  expect(new Date(last).getTime()).toBe(last);
  expect(new Date(last + 1).getTime()).toBeNaN();
  for (const at of [last + 1, -1]) expect(() => decode(millis, encodeCbor(at))).toThrow(CodecError);
});
