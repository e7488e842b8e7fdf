import { createHash } from 'node:crypto';
import { concatBytes, encodeCbor } from '@aurora/protocol';
import { expect, test } from 'vitest';
import { EMPTY_CHAIN, extendChain } from '../src/index.ts';
import { seq } from './help/log.ts';

const frames = [1, 2, 3].map((value) => encodeCbor(value));

async function chainOf(entries: readonly (readonly [number, Uint8Array<ArrayBuffer>])[]): Promise<string> {
  let chain = EMPTY_CHAIN;
  for (const [at, frame] of entries) chain = await extendChain(chain, seq(at), frame);
  return Buffer.from(chain).toString('hex');
}

test('[EV6] the chain is SHA-256(chain | seq u64 | SHA-256(frame)) from 32 zero bytes on', async () => {
  const hash = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
  const [frame = EMPTY_CHAIN] = frames;
  const number = new Uint8Array(8).fill(0);
  number[7] = 1;
  const expected = hash(concatBytes(new Uint8Array(32), number, hash(frame)));
  expect(new Uint8Array(expected)).toEqual(await extendChain(EMPTY_CHAIN, seq(1), frame));
});

test('[EV6] two members who were shown different, reordered or missing entries have different chains', async () => {
  const [a = EMPTY_CHAIN, b = EMPTY_CHAIN, c = EMPTY_CHAIN] = frames;
  const chains = await Promise.all([
    chainOf([
      [1, a],
      [2, b],
      [3, c],
    ]),
    chainOf([
      [1, a],
      [2, c],
      [3, b],
    ]),
    chainOf([
      [1, a],
      [3, c],
    ]),
    chainOf([
      [1, a],
      [2, c],
    ]),
    chainOf([
      [1, a],
      [2, b],
      [3, a],
    ]),
    chainOf([
      [1, a],
      [2, b],
      [4, c],
    ]),
  ]);
  expect(new Set(chains).size).toBe(chains.length);
});
