import { createHash } from 'node:crypto';
import { concatBytes, type Entry, encode, encodeCbor, entryShape, type Millis } from '@aurora/protocol';
import { expect, test } from 'vitest';
import { EMPTY_CHAIN, extendChain } from '../src/index.ts';
import { chained } from './help/chained.ts';

const frames = [1, 2, 3].map((value) => encodeCbor(value));

async function chainOf(entries: readonly (readonly [number, Uint8Array<ArrayBuffer>])[]): Promise<string> {
  let chain = EMPTY_CHAIN;
  for (const [at, frame] of entries) chain = await extendChain(chain, chained(at, frame));
  return Buffer.from(chain).toString('hex');
}

test('[EV6] the chain is SHA-256(chain | SHA-256(CBOR of the entry)) from 32 zero bytes on', async () => {
  const hash = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
  const [frame = EMPTY_CHAIN] = frames;
  const entry = chained(1, frame);
  const expected = hash(concatBytes(new Uint8Array(32), hash(encode(entryShape, entry))));
  expect(new Uint8Array(expected)).toEqual(await extendChain(EMPTY_CHAIN, entry));
});

test('[EV6] a relay that tells two members another time, sender, epoch, id or kind gives them different chains', async () => {
  const [frame = EMPTY_CHAIN, other = EMPTY_CHAIN] = frames;
  const entry = chained(1, frame);
  const told: Entry[] = [
    entry,
    { ...entry, at: (entry.at + 1) as Millis },
    { ...entry, kind: 'handshake' },
    { ...entry, sender: chained(1, other, 'bb').sender },
    { ...entry, id: chained(1, other, 'bb').id },
    { ...entry, epoch: chained(2, other, 'bb').epoch },
  ];
  const chains = await Promise.all(told.map((one) => extendChain(EMPTY_CHAIN, one)));
  expect(new Set(chains.map((chain) => Buffer.from(chain).toString('hex'))).size).toBe(told.length);
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
