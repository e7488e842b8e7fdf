import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../ports/clock.ts';
import type { Storage } from '../../ports/ports.ts';
import { StorageError } from '../../ports/storage-error.ts';
import { diskBlobs } from '../disk/blobs.ts';
import type { Command, Outcome } from './command.ts';
import { reasonOf } from './fault.ts';
import { open } from './open.ts';
import { readLog } from './read-log.ts';
import { readRest } from './read-rest.ts';
import { type Space, watchSpace } from './space.ts';
import { storageOver } from './storage-over.ts';
import { Writer } from './writer.ts';

export interface SqliteOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** The database was put back from a backup: its logs tell another story than clients remember. */
  readonly restored?: boolean;
  /** Share of the disk that stays free; below it writing is refused, and files below twice as much. */
  readonly leaveFree?: number;
  /** Bytes up to which a database is checked at every start, and not only after an end that was none. */
  readonly checkedAlways?: number;
  /** The most pages the database may have, so that a test can fill it. */
  readonly maxPages?: number | undefined;
}

export interface SqliteStorage extends Storage {
  /** Whether it could be written to when somebody last tried. */
  healthy(): boolean;
  /** Whether the disk is short of space. */
  full(): boolean;
  /** Makes everything asked for durable, then lets the folder go. */
  close(): Promise<void>;
}

/** What may still be written on a full disk: whatever makes it emptier. */
const FREEING: ReadonlySet<Command['type']> = new Set([
  'retire',
  'release',
  'collect',
  'expire',
  'expire_knocks',
  'drop_knock',
  'leave',
  'condemn_blobs',
  'forget_blobs',
]);

/** Whether there is no room for what a command brings, be it a file whose bytes come later. */
function isTooMuch(command: Command, space: Space): boolean {
  if (FREEING.has(command.type)) return false;
  return space.short() || (command.type === 'open_blob' && command.blob.size > space.files.left());
}

/** The last connection to close moves what is left of the WAL into the database. */
function stopThread(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    if (thread.threadId === -1) {
      resolve();
      return;
    }
    thread.ref();
    thread.once('exit', () => resolve());
    thread.postMessage('close');
  });
}

/** Everything that lasts, in one SQLite database in a folder. Rejects with UnusableStorage. */
export async function sqliteStorage(options: SqliteOptions): Promise<SqliteStorage> {
  const { path, db, serverId, generation, unlock } = open(options);
  const space = await watchSpace(options.folder, options.leaveFree ?? 0.05, options.clock);
  const writer = new Writer(path, { maxPages: options.maxPages });
  const checkpointer = new Worker(new URL('./checkpointer.ts', import.meta.url), {
    workerData: { path, maxPages: options.maxPages },
    resourceLimits: { maxYoungGenerationSizeMb: 1 },
  });
  checkpointer.unref();
  // Without checkpoints the WAL grows until the writer cuts it: slower, but nothing is lost.
  checkpointer.on('error', () => {});
  const log = readLog(db, generation);
  const rest = readRest(db);
  const blobs = diskBlobs(join(options.folder, 'blobs'), space.files);

  async function write(command: Command): Promise<Outcome> {
    if (isTooMuch(command, space)) throw new StorageError('full', 'the disk is short of space');
    return writer.run(command);
  }

  async function read<T>(reading: () => T): Promise<T> {
    try {
      return reading();
    } catch (error) {
      throw new StorageError('failed', reasonOf(error), { cause: error });
    }
  }

  return {
    ...storageOver({ serverId, write, read, log, rest, blobs }),
    healthy: () => !writer.failing,
    full: () => space.short(),
    async close() {
      space.stop();
      await writer.close();
      db.close();
      await stopThread(checkpointer);
      unlock();
    },
  };
}
