import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, LOUNGE, messageId, toHex } from '../src/index.ts';

const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
const time = fc.nat(2 ** 48 - 1);

test('[LG14] a message id is a UUIDv7 that holds the time and the randomness it was made from', () => {
  fc.assert(
    fc.property(time, random, (now, bytes) => {
      const made = messageId(now, bytes);
      expect(made).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
      expect(Number.parseInt(made.slice(0, 12), 16)).toBe(now);
      expect(made.slice(20)).toBe(toHex(bytes).slice(20));
    }),
  );
});

test('[LG14] the example of RFC 9562 appendix A.6', () => {
  expect(messageId(0x017f22e279b0, fromHex('0000000000000cc398c4dc0c0c07398f'))).toBe(
    '017f22e279b07cc398c4dc0c0c07398f',
  );
});

test('[LG14] ids sort by time', () => {
  fc.assert(
    fc.property(time, time, random, random, (a, b, first, second) => {
      if (a < b) expect(messageId(a, first) < messageId(b, second)).toBe(true);
    }),
  );
});

test('a message id leaves the randomness it was given as it was', () => {
  const bytes = new Uint8Array(16).fill(0xff);
  messageId(1, bytes);
  expect(bytes.every((byte) => byte === 0xff)).toBe(true);
});

test('[LG13] the Lounge has an id of the right form', () => {
  expect(fromHex(LOUNGE)).toHaveLength(16);
});
