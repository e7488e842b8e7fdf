import type { Depot } from '../ports/depot.ts';

/** A depot that lives as long as the program, for bots, tests, and browsers that refuse storage: for small files only. */
export function memoryDepot(most = 64 * 1024 * 1024): Depot {
  const all = new Map<string, Map<number, Blob>>();
  return {
    most,
    async put(file, part, sealed) {
      const parts = all.get(file) ?? new Map<number, Blob>();
      all.set(file, parts.set(part, new Blob([sealed])));
    },
    get: async (file, part) => all.get(file)?.get(part),
    files: async () => [...all.keys()],
    async drop(file) {
      all.delete(file);
    },
    async wipe() {
      all.clear();
    },
  };
}
