import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { describe, expect, it } from 'vitest';
import { idbVault } from '../src/adapters/idb-vault.ts';
import { vaultContract } from './vault-contract.ts';

let count = 0;
function freshName(): string {
  count += 1;
  return `aurora-${count}`;
}

describe('the IndexedDB vault', () => {
  vaultContract(() => idbVault(freshName()));

  it('gives a second opening what the first one kept', async () => {
    const name = freshName();
    const first = await idbVault(name);
    await first.commit([{ put: 'drafts', key: 'lounge', value: 'half a sentence' }]);
    const second = await idbVault(name);
    expect(await second.read('drafts', 'lounge')).toBe('half a sentence');
  });

  it('has nothing readable on the disk', async () => {
    const name = freshName();
    const vault = await idbVault(name);
    await vault.commit([{ put: 'rows', key: 'a', value: { text: 'a canary that must not sing' } }]);
    const raw = await (await openDB(name)).get('rows', 'a');
    expect(raw).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(raw as Uint8Array).includes('canary')).toBe(false);
  });

  it('refuses a value that was moved to another key', async () => {
    const name = freshName();
    const vault = await idbVault(name);
    await vault.commit([{ put: 'rows', key: 'a', value: 'one' }]);
    const db = await openDB(name);
    await db.put('rows', await db.get('rows', 'a'), 'b');
    await expect(vault.read('rows', 'b')).rejects.toThrow();
  });
});
