import { DatabaseSync } from 'node:sqlite';

export interface ConnectionOptions {
  /** The most pages the file may have, so that a test can fill it. */
  readonly maxPages?: number | undefined;
}

/** Each connection's own; behind it the system keeps the file in memory that sessions would otherwise have. */
const CACHE_KIB = 2048;

/** A connection with what every one needs: commits that a power cut cannot undo, no checkpoint inside a commit. */
export function connect(path: string, { maxPages }: ConnectionOptions = {}): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5000 });
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA wal_autocheckpoint = 0');
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  db.exec('PRAGMA temp_store = MEMORY');
  if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${Math.trunc(maxPages)}`);
  return db;
}
