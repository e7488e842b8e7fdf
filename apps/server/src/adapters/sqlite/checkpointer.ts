import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from './connection.ts';

/** Moves the WAL into the database beside the writer: a passive checkpoint waits for nobody and stops nobody. */
const WORTHWHILE = 4 * 1024 * 1024;
const EVERY = 1000;

const { path, maxPages } = workerData;
const db = connect(path, { maxPages });

const timer = setInterval(() => {
  const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size < WORTHWHILE) return;
  try {
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // A full or failing disk shows at the next commit, which is where somebody waits for an answer.
  }
}, EVERY);

parentPort?.once('message', () => {
  clearInterval(timer);
  db.close();
});
