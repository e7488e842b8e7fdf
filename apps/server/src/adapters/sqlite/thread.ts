import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Applier } from './applier.ts';
import type { FromWriter, ToWriter } from './command.ts';
import { connect } from './connection.ts';
import { faultOf, reasonOf } from './fault.ts';

/**
 * The writer thread: one connection, one transaction at a time, so that the relay's event loop never waits on a disk.
 * Checkpoints are the checkpointer's, out of the commit's way; only a WAL that it cannot get to the end of, because
 * commits never pause, is cut here.
 */
const WAL_MOST = 256 * 1024 * 1024;
const COMMITS_BETWEEN_LOOKS = 1024;

const { path, maxPages } = workerData;
const db = connect(path, { maxPages });
const applier = new Applier(db);
let commits = 0;

function cutWal(): void {
  commits += 1;
  if (commits % COMMITS_BETWEEN_LOOKS !== 0) return;
  const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size > WAL_MOST) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** The next start need not read a large database through. Without the mark it does, so this may fail. */
function markClean(): void {
  try {
    db.exec("INSERT OR REPLACE INTO meta VALUES ('clean', 1)");
  } catch {}
}

function handle(message: ToWriter): FromWriter {
  if (message.type === 'close') {
    markClean();
    db.close();
    parentPort?.close();
    return { type: 'closed' };
  }
  try {
    return { type: 'committed', outcomes: applier.commit(message.commands) };
  } catch (error) {
    return { type: 'failed', fault: faultOf(error), reason: reasonOf(error) };
  }
}

parentPort?.on('message', (message: ToWriter) => {
  const port = parentPort;
  const answer = handle(message);
  port?.postMessage(answer);
  if (answer.type === 'committed') cutWal();
});
