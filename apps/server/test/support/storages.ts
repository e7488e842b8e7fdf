import { onTestFinished } from 'vitest';
import { nodeClock } from '../../src/adapters/node/clock.ts';
import { memoryStorage } from '../../src/adapters/sqlite/memory.ts';
import { sqliteStorage } from '../../src/adapters/sqlite/storage.ts';
import type { Storage } from '../../src/ports/ports.ts';
import { temporaryFolder } from './folder.ts';

/** Every adapter that keeps what lasts: each promise of a port is proved on all of them. */
export const storages: readonly (readonly [string, () => Promise<Storage>])[] = [
  ['memory', async () => memoryStorage()],
  [
    'sqlite',
    async () => {
      const folder = temporaryFolder();
      const storage = await sqliteStorage({ folder, clock: nodeClock(() => {}), leaveFree: 0 });
      onTestFinished(() => storage.close());
      return storage;
    },
  ],
];
