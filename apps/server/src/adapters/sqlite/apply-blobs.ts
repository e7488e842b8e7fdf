import type { DatabaseSync } from 'node:sqlite';
import { type BlobId, limits } from '@aurora/protocol';
import type { Condemned, NewBlob, OpenedBlob } from '../../ports/blob-records.ts';
import type { Draft } from '../../ports/log.ts';
import { blob as bytes, hex, number } from './blob.ts';
import { recordOf } from './blob-row.ts';

/** What a file costs besides its bytes, so that many small ones do not come for nothing. SPEC [FL2]. */
const COST = 4096;

/** The writes of sealed files' records, each one step of a transaction. */
export function applyBlobs(db: DatabaseSync) {
  const find = db.prepare('SELECT * FROM blobs WHERE blob = ?');
  const isAlive = db.prepare('SELECT 1 FROM identities WHERE identity = ?');
  const used = db.prepare(
    `SELECT count(*) AS files, coalesce(sum(size + ${COST}), 0) AS bytes FROM blobs WHERE owner = ? AND gone = 0`,
  );
  const insert = db.prepare('INSERT INTO blobs VALUES (?, ?, ?, ?, ?, 0, 0, 0)');
  const complete = db.prepare('UPDATE blobs SET whole = 1 WHERE blob = ? AND gone = 0');
  const nameable = db.prepare(
    'SELECT 1 FROM blobs WHERE blob = ? AND owner = ? AND room = ? AND whole = 1 AND gone = 0',
  );
  const name = db.prepare('UPDATE blobs SET named = 1 WHERE blob = ?');
  const takeBack = db.prepare('UPDATE blobs SET gone = 1 WHERE blob = ? AND owner = ? AND gone = 0');
  const stale = db.prepare(
    `UPDATE blobs SET gone = 1 WHERE blob IN (
       SELECT blob FROM blobs WHERE gone = 0 AND (created < :any
         OR named = 0 AND (whole = 0 AND created < :unfinished OR whole = 1 AND created < :unnamed))
       ORDER BY created LIMIT :limit)`,
  );
  const gone = db.prepare('SELECT blob FROM blobs WHERE gone = 1 LIMIT ?');
  const forget = db.prepare('DELETE FROM blobs WHERE blob = ? AND gone = 1');

  return {
    open({ blob, room, owner, size, created, quota }: NewBlob): OpenedBlob {
      const row = find.get(bytes(blob));
      if (row !== undefined) {
        const record = recordOf(row);
        const same = record.owner === owner && record.room === room && record.size === size;
        return same && row.gone === 0 ? { status: 'open', record } : { status: 'taken' };
      }
      if (isAlive.get(bytes(owner)) === undefined) return { status: 'gone' };
      const now = used.get(bytes(owner));
      if (number<number>(now?.bytes) + size + COST > quota) return { status: 'quota_used' };
      if (number<number>(now?.files) >= limits.blobsOfIdentity) return { status: 'quota_used' };
      insert.run(bytes(blob), bytes(room), bytes(owner), size, created);
      return { status: 'open', record: { blob, room, owner, size, created, whole: false, named: false } };
    },

    complete: (blob: BlobId): boolean => number(complete.run(bytes(blob)).changes) > 0,

    /** Whether a draft may name what it names. SPEC [FL14]. */
    allows({ blobs = [], identity, room }: Pick<Draft, 'blobs' | 'identity' | 'room'>): boolean {
      return blobs.every((blob) => nameable.get(bytes(blob), bytes(identity), bytes(room)) !== undefined);
    },

    name({ blobs = [] }: Pick<Draft, 'blobs'>): void {
      for (const blob of blobs) name.run(bytes(blob));
    },

    condemn(which: Condemned): BlobId[] {
      if (which.type === 'own') {
        const { blob, owner } = which;
        return number(takeBack.run(bytes(blob), bytes(owner)).changes) > 0 ? [blob] : [];
      }
      const { any, unfinished, unnamed, limit } = which;
      stale.run({ any, unfinished, unnamed, limit });
      return gone.all(limit).map((row) => hex<BlobId>(row.blob));
    },

    forget(blobs: readonly BlobId[]): void {
      for (const blob of blobs) forget.run(bytes(blob));
    },
  };
}
