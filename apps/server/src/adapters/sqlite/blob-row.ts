import type { BlobRecord } from '../../ports/blob-records.ts';
import { hex, number } from './blob.ts';

/** A row of `blobs`, checked. */
export function recordOf(row: Record<string, unknown>): BlobRecord {
  return {
    blob: hex(row.blob),
    room: hex(row.room),
    owner: hex(row.owner),
    size: number(row.size),
    created: number(row.created),
    whole: row.whole === 1,
    named: row.named === 1,
  };
}
