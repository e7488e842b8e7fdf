import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, equalBytes, fromHex, toHex } from '../src/index.ts';

test('[CD6] hex there and back', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => equalBytes(fromHex(toHex(bytes)), bytes)));
  expect(toHex(new Uint8Array([0, 10, 255]))).toBe('000aff');
});

test('[CD6] other than pairs of lower-case digits is no hex', () => {
  for (const wrong of ['0', 'AB', '0x', ' 0', 'zz', '00\n', '００'])
    expect(() => fromHex(wrong)).toThrow(RangeError);
});

test('bytes behind one another', () => {
  expect(concatBytes(new Uint8Array([1]), new Uint8Array(), Buffer.from([2, 3]))).toEqual(
    new Uint8Array([1, 2, 3]),
  );
});

test('bytes are equal when all of them are', () => {
  expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
  expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toBe(false);
  expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1]))).toBe(false);
});
