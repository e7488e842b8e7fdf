import { expect, it } from 'vitest';
import type { Vault } from '../src/index.ts';

/** What every vault promises; an adapter's own test is only its making. */
export function vaultContract(make: () => Promise<Vault>): void {
  it('reads back what was put, and nothing before', async () => {
    const vault = await make();
    expect(await vault.read('account', 'device')).toBeUndefined();
    await vault.commit([
      { put: 'account', key: 'device', value: { nickname: 'Ada', key: Uint8Array.of(1, 2) } },
    ]);
    expect(await vault.read('account', 'device')).toEqual({ nickname: 'Ada', key: Uint8Array.of(1, 2) });
    expect(await vault.read('drafts', 'device')).toBeUndefined();
  });

  it('keeps a copy: a value changed after its commit is not changed in the vault', async () => {
    const vault = await make();
    const value = { text: 'hello' };
    await vault.commit([{ put: 'drafts', key: 'a', value }]);
    value.text = 'changed';
    expect(await vault.read('drafts', 'a')).toEqual({ text: 'hello' });
  });

  it('keeps a CryptoKey as the object that it is', async () => {
    const vault = await make();
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    await vault.commit([{ put: 'keys', key: 'sign', value: key }]);
    expect(await vault.read('keys', 'sign')).toBeInstanceOf(CryptoKey);
  });

  it('lists a range in order of keys, from either end, both bounds included, and no more than asked', async () => {
    const vault = await make();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    await vault.commit(keys.toReversed().map((key) => ({ put: 'rows' as const, key, value: key })));
    const range = (limit: number, newestFirst: boolean) =>
      vault.range('rows', { from: 'b', to: 'd', limit, newestFirst });
    expect(await range(9, false)).toEqual(['b', 'c', 'd']);
    expect(await range(2, false)).toEqual(['b', 'c']);
    expect(await range(2, true)).toEqual(['d', 'c']);
  });

  it('drops what is dropped, also beside other changes in one commit', async () => {
    const vault = await make();
    await vault.commit([{ put: 'outbox', key: 'a', value: 1 }]);
    await vault.commit([
      { drop: 'outbox', key: 'a' },
      { put: 'rows', key: 'a', value: 2 },
    ]);
    expect(await vault.read('outbox', 'a')).toBeUndefined();
    expect(await vault.read('rows', 'a')).toBe(2);
  });

  it('makes all changes of a commit or none', async () => {
    const vault = await make();
    const broken = vault.commit([
      { put: 'rows', key: 'a', value: 1 },
      { put: 'rows', key: 'b', value: () => 'a function is nothing that can be kept' },
    ]);
    await expect(broken).rejects.toThrow();
    expect(await vault.read('rows', 'a')).toBeUndefined();
  });

  it('forgets everything when wiped, and goes on', async () => {
    const vault = await make();
    await vault.commit([{ put: 'rows', key: 'a', value: 1 }]);
    await vault.wipe();
    expect(await vault.read('rows', 'a')).toBeUndefined();
    await vault.commit([{ put: 'rows', key: 'b', value: 2 }]);
    expect(await vault.read('rows', 'b')).toBe(2);
  });
}
