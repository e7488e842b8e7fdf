import { createVaultKey, openAtRest, sealAtRest } from '@aurora/crypto';
import { type Bytes, decodeCbor, encodeCbor, isBytes } from '@aurora/protocol';
import { openDB } from 'idb';
import { type Store, stores, type Vault, type VaultChange } from '../ports/vault.ts';

const VERSION = 3;
const META = 'meta';
const VAULT_KEY = 'vault-key';

/**
 * A vault in IndexedDB, sealed at rest under a key that the browser never gives out: who copies the files finds
 * ciphertext. Rejects when the browser refuses storage (a private window, blocked cookies, a full disk).
 */
export async function idbVault(name: string): Promise<Vault> {
  const db = await openDB(name, VERSION, {
    upgrade(fresh) {
      for (const store of [META, ...stores])
        if (!fresh.objectStoreNames.contains(store)) fresh.createObjectStore(store);
    },
  });
  let sealKey = await vaultKey();
  /** Goes up with each wipe, so that what was sealed before it is not written after it. */
  let era = 0;

  async function vaultKey(): Promise<CryptoKey> {
    const kept: unknown = await db.get(META, VAULT_KEY);
    if (kept instanceof CryptoKey) return kept;
    const fresh = await createVaultKey();
    await db.put(META, fresh, VAULT_KEY);
    return fresh;
  }

  const label = (store: Store, key: string) => `${store}/${key}`;

  async function open(store: Store, key: IDBValidKey, value: unknown): Promise<unknown> {
    if (value === undefined || store === 'keys') return value;
    if (!isBytes(value)) throw new TypeError('the vault holds something that it never wrote');
    return decodeCbor(await openAtRest(sealKey, label(store, String(key)), value));
  }

  async function seal(change: VaultChange): Promise<{ store: Store; key: string; value: unknown }> {
    if ('drop' in change) return { store: change.drop, key: change.key, value: undefined };
    const { put: store, key, value } = change;
    if (store === 'keys') return { store, key, value };
    const sealed: Bytes = await sealAtRest(sealKey, label(store, key), encodeCbor(value));
    return { store, key, value: sealed };
  }

  return {
    kept: true,
    async read(store, key) {
      return open(store, key, await db.get(store, key));
    },
    async range(store, { from, to, limit, newestFirst }) {
      const found: { key: IDBValidKey; value: unknown }[] = [];
      const keys = IDBKeyRange.bound(from, to);
      const direction = newestFirst ? 'prev' : 'next';
      let cursor = await db.transaction(store).store.openCursor(keys, direction);
      while (cursor !== null && found.length < limit) {
        found.push({ key: cursor.key, value: cursor.value });
        cursor = await cursor.continue();
      }
      return Promise.all(found.map(({ key, value }) => open(store, key, value)));
    },
    async commit(changes) {
      // Sealed first: a transaction would close by itself while waiting for the cipher.
      const began = era;
      const sealed = await Promise.all(changes.map(seal));
      if (began !== era) throw new Error('the vault was wiped meanwhile');
      if (sealed.length === 0) return;
      const names = [...new Set(sealed.map(({ store }) => store))];
      const transaction = db.transaction(names, 'readwrite', { durability: 'relaxed' });
      for (const { store, key, value } of sealed) {
        const target = transaction.objectStore(store);
        void (value === undefined ? target.delete(key) : target.put(value, key));
      }
      await transaction.done;
    },
    async wipe() {
      era += 1;
      const transaction = db.transaction([META, ...stores], 'readwrite');
      for (const store of [META, ...stores]) void transaction.objectStore(store).clear();
      await transaction.done;
      // What a copy of the files may still hold is lost with its key.
      sealKey = await vaultKey();
    },
  };
}
