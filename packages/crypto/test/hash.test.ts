import { createHash } from 'node:crypto';
import { toHex, utf8 } from '@aurora/protocol';
import { expect, it } from 'vitest';
import { sha256 } from '../src/index.ts';

it('is SHA-256 for the examples of FIPS 180-4, and at each size as another implementation has it', async () => {
  expect(toHex(await sha256(utf8('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  for (const size of [0, 1, 55, 56, 63, 64, 65, 1023, 1024, 1025, 100_000]) {
    const data = new Uint8Array(size).fill(0xa5);
    expect(toHex(await sha256(data)), `${size} bytes`).toBe(createHash('sha256').update(data).digest('hex'));
  }
});
