import type { Depot } from '../ports/depot.ts';

/** Names here take no slash. */
const nameOf = (file: string): string => encodeURIComponent(file);

/**
 * A depot in the origin's private file system (fs.spec.whatwg.org): written and uploaded from without being held in memory. A part is
 * there once its writer is closed, and not before. Rejects where there is none, or where it cannot be written from here.
 */
export async function opfsDepot(folder: string): Promise<Depot> {
  if (!('createWritable' in FileSystemFileHandle.prototype))
    throw new TypeError('no way to write files here');
  const root = await navigator.storage.getDirectory();
  const here = () => root.getDirectoryHandle(folder, { create: true });
  await here();
  return {
    most: Number.MAX_SAFE_INTEGER,
    async put(file, part, sealed) {
      const directory = await (await here()).getDirectoryHandle(nameOf(file), { create: true });
      const handle = await directory.getFileHandle(String(part), { create: true });
      const writer = await handle.createWritable();
      await writer.write(sealed);
      await writer.close();
    },
    async get(file, part) {
      try {
        const directory = await (await here()).getDirectoryHandle(nameOf(file));
        const kept = await (await directory.getFileHandle(String(part))).getFile();
        // Made, and not written before everything ended: no part is empty.
        return kept.size === 0 ? undefined : kept;
      } catch (error) {
        return unlessMissing(error);
      }
    },
    async files() {
      const names: string[] = [];
      for await (const name of (await here()).keys()) names.push(decodeURIComponent(name));
      return names;
    },
    async drop(file) {
      await (await here()).removeEntry(nameOf(file), { recursive: true }).catch(unlessMissing);
    },
    async wipe() {
      await root.removeEntry(folder, { recursive: true }).catch(unlessMissing);
    },
  };
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
  throw error;
}
