import 'fake-indexeddb/auto';
import { utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { idbDepot } from '../src/adapters/idb-depot.ts';
import { type Depot, memoryDepot } from '../src/index.ts';

let count = 0;
const fresh = () => {
  count += 1;
  return idbDepot(`depot-${count}`);
};

const textOf = async (depot: Depot, file: string, part: number) => (await depot.get(file, part))?.text();

describe.each([
  ['in IndexedDB', fresh],
  ['in memory', async () => memoryDepot()],
])('a depot %s', (_, make: () => Promise<Depot>) => {
  it('gives back the parts of each file, and nothing that is not there', async () => {
    const depot = await make();
    await depot.put('a', 0, utf8('one'));
    await depot.put('a', 1, utf8('two'));
    await depot.put('b', 0, utf8('three'));
    expect(await textOf(depot, 'a', 0)).toBe('one');
    expect(await textOf(depot, 'a', 1)).toBe('two');
    expect(await textOf(depot, 'b', 0)).toBe('three');
    expect(await depot.get('a', 2)).toBeUndefined();
    expect(await depot.get('c', 0)).toBeUndefined();
    expect((await depot.files()).sort()).toEqual(['a', 'b']);
  });

  it('keeps the latest of a part', async () => {
    const depot = await make();
    await depot.put('a', 0, utf8('one'));
    await depot.put('a', 0, utf8('two'));
    expect(await textOf(depot, 'a', 0)).toBe('two');
  });

  it('drops one file whole, and no other, however much their names are alike', async () => {
    const depot = await make();
    for (const file of ['a', 'a/b', 'ab', ''])
      for (const part of [0, 1, 255]) await depot.put(file, part, utf8(file));
    await depot.drop('a');
    expect(await depot.get('a', 255)).toBeUndefined();
    expect((await depot.files()).sort()).toEqual(['', 'a/b', 'ab']);
    await depot.wipe();
    expect(await depot.files()).toEqual([]);
  });
});
