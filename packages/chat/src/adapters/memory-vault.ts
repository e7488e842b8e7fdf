import type { Vault } from '../ports/vault.ts';
import { type Store, stores } from '../ports/vault.ts';

/** A vault that lives as long as the program: for bots, tests, and browsers that refuse storage. */
export function memoryVault(): Vault {
  const all = new Map<Store, Map<string, unknown>>(stores.map((store) => [store, new Map()]));
  const of = (store: Store) => {
    const values = all.get(store);
    if (values === undefined) throw new RangeError(`no store ${store}`);
    return values;
  };
  return {
    kept: false,
    read: async (store, key) => of(store).get(key),
    async range(store, { from, to, limit, newestFirst }) {
      const keys = [...of(store).keys()].filter((key) => key >= from && key <= to).sort();
      if (newestFirst) keys.reverse();
      return keys.slice(0, limit).map((key) => of(store).get(key));
    },
    async commit(changes) {
      const copies = changes.map((change) => ('put' in change ? structuredClone(change.value) : undefined));
      changes.forEach((change, index) => {
        if ('put' in change) of(change.put).set(change.key, copies[index]);
        else of(change.drop).delete(change.key);
      });
    },
    async wipe() {
      for (const values of all.values()) values.clear();
    },
  };
}
