import type { DatabaseSync } from 'node:sqlite';
import { type Entry, entryKinds, type Generation, type Head, type RoomId } from '@aurora/protocol';
import type { Page, PageRequest } from '../../ports/log.ts';
import { blob, bytes, hex, kindOf, number } from './blob.ts';

type Row = Record<string, unknown>;

function entryOf(row: Row): Entry {
  const kind = entryKinds[number(row.kind)];
  if (kind === undefined) throw new TypeError('the database holds an unknown kind of entry');
  return {
    seq: number(row.seq),
    kind,
    sender: hex(row.sender),
    id: hex(row.id),
    epoch: number(row.epoch),
    at: number(row.at),
    frame: bytes(row.frame),
  };
}

/** The log's reads, on the main thread's own connection: a page is one short stretch of an index. */
export function readLog(db: DatabaseSync, generation: number) {
  const findRoom = db.prepare('SELECT number, kind, seq, epoch FROM rooms WHERE room = ?');
  const page = (side: string, order: string, kinds: string) =>
    db.prepare(
      `SELECT * FROM entries WHERE room = ? AND seq ${side} ? ${kinds} ORDER BY seq ${order} LIMIT ?`,
    );
  const all = { after: page('>', 'ASC', ''), before: page('<', 'DESC', '') };
  const handshakes = { after: page('>', 'ASC', 'AND kind <> 0'), before: page('<', 'DESC', 'AND kind <> 0') };

  function headOf(room: RoomId, row: Row): Head {
    return {
      room,
      kind: kindOf(row.kind),
      generation: generation as Generation,
      seq: number(row.seq),
      epoch: number(row.epoch),
    };
  }

  function gather(request: PageRequest, room: number): Pick<Page, 'entries' | 'more'> {
    const statement = (request.handshakes ? handshakes : all)[request.side];
    const entries: Entry[] = [];
    let size = 0;
    let more = false;
    for (const row of statement.iterate(room, request.seq, request.limit + 1)) {
      const entry = entryOf(row);
      size += entry.frame.length;
      more = entries.length === request.limit || (entries.length > 0 && size > request.bytes);
      if (more) break;
      entries.push(entry);
    }
    if (request.side === 'before') entries.reverse();
    return { entries, more };
  }

  return {
    head(room: RoomId): Head | undefined {
      const row = findRoom.get(blob(room));
      return row && headOf(room, row);
    },

    page(request: PageRequest): Page | undefined {
      db.exec('BEGIN');
      try {
        const row = findRoom.get(blob(request.room));
        return row && { ...gather(request, number(row.number)), head: headOf(request.room, row) };
      } finally {
        db.exec('COMMIT');
      }
    },
  };
}
