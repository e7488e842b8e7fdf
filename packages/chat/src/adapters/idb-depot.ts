import { isBytes } from '@aurora/protocol';
import { openDB } from 'idb';
import type { Depot } from '../ports/depot.ts';

const PARTS = 'parts';

/**
 * A depot in IndexedDB, for browsers that cannot write the origin's private file system from here. As bytes: of Blobs a browser keeps
 * a copy in memory for as long as nobody collects them. Rejects when the browser refuses storage.
 */
export async function idbDepot(name: string): Promise<Depot> {
  const db = await openDB(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore(PARTS);
    },
  });
  /** An array sorts after every number. */
  const all = (file: string) => IDBKeyRange.bound([file], [file, []]);
  return {
    most: Number.MAX_SAFE_INTEGER,
    async put(file, part, sealed) {
      const transaction = db.transaction(PARTS, 'readwrite', { durability: 'relaxed' });
      void transaction.store.put(sealed, [file, part]);
      await transaction.done;
    },
    async get(file, part) {
      const found: unknown = await db.get(PARTS, [file, part]);
      return isBytes(found) ? new Blob([found]) : undefined;
    },
    async files() {
      const keys = await db.getAllKeys(PARTS);
      return [...new Set(keys.map((key) => String(Array.isArray(key) ? key[0] : key)))];
    },
    async drop(file) {
      await db.delete(PARTS, all(file));
    },
    async wipe() {
      await db.clear(PARTS);
    },
  };
}
