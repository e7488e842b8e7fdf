import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { resultCode, SQLITE } from './fault.ts';
import { UnusableStorage } from './unusable.ts';

function holder(pidFile: string): string {
  try {
    return ` (process ${Number.parseInt(readFileSync(pidFile, 'utf8'), 10)})`;
  } catch {
    return '';
  }
}

/**
 * Keeps a second relay off the folder: two writers would each believe that they alone give out seqs. The lock is one
 * that the system lets go when the process dies, however it dies. Answers the release.
 */
export function lockFolder(folder: string): () => void {
  const pidFile = join(folder, 'aurora.pid');
  const lock = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (resultCode(error) !== SQLITE.busy) throw error;
    throw new UnusableStorage(
      `Another Aurora${holder(pidFile)} is using ${folder}. Stop it, or choose another folder with --data-dir.`,
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return () => lock.close();
}
