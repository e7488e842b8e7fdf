import { DatabaseSync } from 'node:sqlite';
import { type Bytes, LOUNGE } from '@aurora/protocol';
import type { Storage } from '../../ports/ports.ts';
import { memoryBlobs } from '../memory/blobs.ts';
import { Applier } from './applier.ts';
import { blob } from './blob.ts';
import { readLog } from './read-log.ts';
import { readRest } from './read-rest.ts';
import { SCHEMA } from './schema.ts';
import { storageOver } from './storage-over.ts';

export interface MemoryOptions {
  /** 32 bytes; a fixed one by default, so that a simulation is the same each time. */
  readonly serverId?: Bytes;
  readonly generation?: number;
}

/** Everything that lasts, for as long as this process: for tests, simulations and trying out. The same tables, and no disk. */
export function memoryStorage({ serverId, generation = 1 }: MemoryOptions = {}): Storage {
  const db = new DatabaseSync(':memory:');
  db.exec(SCHEMA);
  db.prepare('INSERT INTO rooms (room, kind, seq, epoch, at) VALUES (?, 0, 0, 0, 0)').run(blob(LOUNGE));
  const applier = new Applier(db);
  return storageOver({
    serverId: serverId ?? new Uint8Array(32).fill(7),
    write: async (command) => {
      const [outcome] = applier.commit([command]);
      if (outcome === undefined) throw new TypeError('a command has an outcome');
      return outcome;
    },
    read: async (reading) => reading(),
    log: readLog(db, generation),
    rest: readRest(db),
    blobs: memoryBlobs(),
  });
}
