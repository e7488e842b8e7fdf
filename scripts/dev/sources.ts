import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** An editor saves in several steps, and a checkout changes many files: one restart is enough for them all. */
const SETTLE = 100;

/** Calls back when a source in one of the folders has changed, once a burst. */
export function onSourceChange(root: string, folders: readonly string[], changed: () => void): FSWatcher[] {
  let timer: NodeJS.Timeout | undefined;
  return folders.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_, name) => {
      if (!name?.endsWith('.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(changed, SETTLE);
    }),
  );
}
