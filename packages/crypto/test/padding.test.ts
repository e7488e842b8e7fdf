import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pad, paddedLength, requirePadding } from '../src/padding.ts';
import { expectRefusal } from './help/refusal.ts';

test('[EV3] every short message, signal and mark has one size', () => {
  for (let length = 0; length <= 256; length += 1) expect(paddedLength(length)).toBe(256);
});

test('[EV3] longer ones grow in Padmé’s steps', () => {
  // Worked by hand from the definition: E = floor(log2 L), S = floor(log2 E) + 1, round up to a multiple of 2^(E-S).
  expect([257, 272, 273, 1000, 1024, 1025, 9000, 48_000].map(paddedLength)).toEqual([
    272, 272, 288, 1024, 1024, 1088, 9216, 49_152,
  ]);
});

test('[EV3] padding never shortens, costs at most 12 %, and is stable', () => {
  fc.assert(
    fc.property(fc.integer({ min: 257, max: 200_000 }), (length) => {
      const padded = paddedLength(length);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded).toBeLessThanOrEqual(length * 1.12);
      expect(paddedLength(padded)).toBe(padded);
    }),
  );
});

test('only zeros of exactly the right number are padding', async () => {
  const padding = pad(new Uint8Array(10)).slice(10);
  requirePadding(10, padding);
  const dirty = padding.slice();
  dirty[245] = 1;
  const attempts = [dirty, padding.slice(1), new Uint8Array(247), new Uint8Array(0)];
  for (const attempt of attempts) {
    await expectRefusal(
      Promise.resolve().then(() => requirePadding(10, attempt)),
      'padding_wrong',
    );
  }
});
