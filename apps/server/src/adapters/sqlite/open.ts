import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { LOUNGE } from '@aurora/protocol';
import { blob, bytes, number } from './blob.ts';
import { connect } from './connection.ts';
import { reasonOf, resultCode, SQLITE } from './fault.ts';
import { lockFolder } from './lock.ts';
import { SCHEMA, SCHEMA_VERSION, UPGRADE } from './schema.ts';
import type { SqliteOptions } from './storage.ts';
import { UnusableStorage } from './unusable.ts';

/** A number that no earlier telling of the log had, also when the same backup is restored twice. */
function drawGeneration(): number {
  return randomBytes(6).readUIntBE(0, 6);
}

function create(db: DatabaseSync): void {
  db.exec('BEGIN EXCLUSIVE');
  db.exec(SCHEMA);
  const put = db.prepare('INSERT INTO meta VALUES (?, ?)');
  put.run('server_id', randomBytes(32));
  put.run('generation', drawGeneration());
  db.prepare('INSERT INTO rooms (room, kind, seq, epoch, at) VALUES (?, 0, 0, 0, 0)').run(blob(LOUNGE));
  db.exec('COMMIT');
}

/** Bytes up to which a database is read through at every start, since that takes no time that anybody notices. */
const CHECKED_ALWAYS = 256 * 1024 * 1024;

/**
 * Whether the database has to be read through: always when the last relay on it did not end as it should, since
 * whatever ended it may have torn pages, or when it comes from elsewhere.
 */
function isDoubtful(db: DatabaseSync, path: string, { restored, checkedAlways }: SqliteOptions): boolean {
  const clean = db.prepare("SELECT 1 FROM meta WHERE name = 'clean'").get() !== undefined;
  return !clean || restored === true || statSync(path).size <= (checkedAlways ?? CHECKED_ALWAYS);
}

function check(db: DatabaseSync, path: string): void {
  const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw damaged(path, String(verdict));
}

function damaged(path: string, detail: string): UnusableStorage {
  return new UnusableStorage(
    `The database ${path} is damaged (${detail}). Nothing was changed. Put a backup in its place and start with --restored, or move it away to start empty.`,
  );
}

/** Turns what the system says into a sentence for the operator. */
function explain(error: unknown, folder: string, path: string): Error {
  if (error instanceof UnusableStorage) return error;
  const why = reasonOf(error);
  switch (resultCode(error)) {
    case SQLITE.corrupt:
    case SQLITE.notadb:
      return damaged(path, why);
    case SQLITE.full:
      return new UnusableStorage(`The disk of ${folder} is full. Free some space, then start again.`);
    default:
      return new UnusableStorage(
        `Aurora cannot write its data to ${folder} (${why}). Make the folder writable, or choose another with --data-dir.`,
      );
  }
}

export interface Opened {
  readonly path: string;
  readonly db: DatabaseSync;
  readonly serverId: ReturnType<typeof bytes>;
  readonly generation: number;
  readonly unlock: () => void;
}

function prepare(
  db: DatabaseSync,
  path: string,
  options: SqliteOptions,
): Pick<Opened, 'serverId' | 'generation'> {
  const version = number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (version === 0) create(db);
  else if (version !== SCHEMA_VERSION && version !== SCHEMA_VERSION - 1)
    throw new UnusableStorage(
      `The database ${path} was written by another version of Aurora (format ${version}, this one reads ${SCHEMA_VERSION}). Start that version, or move the file away to start empty.`,
    );
  else if (isDoubtful(db, path, options)) check(db, path);
  if (version === SCHEMA_VERSION - 1) db.exec(UPGRADE);
  if (options.restored)
    db.prepare("UPDATE meta SET value = ? WHERE name = 'generation'").run(drawGeneration());
  // Also tells a folder that can be read but not written now, while somebody is watching.
  db.exec("DELETE FROM meta WHERE name = 'clean'; UPDATE meta SET value = value WHERE name = 'generation'");
  const meta = db.prepare('SELECT value FROM meta WHERE name = ?');
  return { serverId: bytes(meta.get('server_id')?.value), generation: number(meta.get('generation')?.value) };
}

/** Opens, or makes, the database of a folder. Throws UnusableStorage. */
export function open(options: SqliteOptions): Opened {
  const { folder, maxPages } = options;
  const path = join(folder, 'aurora.db');
  let unlock: (() => void) | undefined;
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    unlock = lockFolder(folder);
    db = connect(path, { maxPages });
    const meta = prepare(db, path, options);
    db.exec('PRAGMA query_only = 1');
    return { path, db, unlock, ...meta };
  } catch (error) {
    if (db?.isOpen) db.close();
    unlock?.();
    throw explain(error, folder, path);
  }
}
