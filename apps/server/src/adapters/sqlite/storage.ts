import { Worker } from 'node:worker_threads';
import type { Clock } from '../../ports/clock.ts';
import type { Storage } from '../../ports/ports.ts';
import { StorageError } from '../../ports/storage-error.ts';
import type { Command, Outcome } from './command.ts';
import { reasonOf } from './fault.ts';
import { open } from './open.ts';
import { readLog } from './read-log.ts';
import { readRest } from './read-rest.ts';
import { watchSpace } from './space.ts';
import { Writer } from './writer.ts';

export interface SqliteOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** The database was put back from a backup: its logs tell another story than clients remember. */
  readonly restored?: boolean;
  /** Share of the disk that stays free; below it writing is refused. */
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
const FREEING: ReadonlySet<Command['type']> = new Set(['retire', 'release', 'collect', 'expire']);

function unexpected(outcome: Outcome): never {
  throw new TypeError(`the writer answered with ${outcome.type}`);
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

  async function write(command: Command): Promise<Outcome> {
    if (space.short() && !FREEING.has(command.type)) {
      throw new StorageError('full', 'the disk is short of space');
    }
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
    serverId,
    log: {
      async append(draft) {
        const outcome = await write({ type: 'append', draft });
        return outcome.type === 'append' ? outcome.value : unexpected(outcome);
      },
      read: (request) => read(() => log.page(request)),
      head: (room) => read(() => log.head(room)),
    },
    directory: {
      async claim(claim) {
        const outcome = await write({ type: 'claim', claim });
        return outcome.type === 'claim' ? outcome.value : unexpected(outcome);
      },
      free: (looks) => read(() => rest.free(looks)),
      find: (devices) => read(() => rest.find(devices)),
      async retire(identity) {
        await write({ type: 'retire', identity });
      },
      async release(stale) {
        const outcome = await write({ type: 'release', stale });
        return outcome.type === 'release' ? outcome.value : unexpected(outcome);
      },
    },
    members: {
      async add(room, identity) {
        await write({ type: 'add_member', room, identity });
      },
      rooms: (identity) => read(() => rest.rooms(identity)),
    },
    mailbox: {
      async put(device, delivery) {
        const outcome = await write({ type: 'put_delivery', device, delivery });
        return outcome.type === 'put_delivery' ? outcome.value : unexpected(outcome);
      },
      waiting: (device, limit, bytes) => read(() => rest.waiting(device, limit, bytes)),
      async collect(device, deliveries) {
        await write({ type: 'collect', device, deliveries });
      },
      async expire(before) {
        await write({ type: 'expire', before });
      },
    },
    registers: {
      async put(room, kind, register) {
        await write({ type: 'put_register', room, kind, register });
      },
      page: (room, kind, after, limit) => read(() => rest.registers(room, kind, after, limit)),
    },
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
