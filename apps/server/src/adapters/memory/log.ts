import {
  type DeviceId,
  type Entry,
  type Epoch,
  equalBytes,
  type Generation,
  type Head,
  LOUNGE,
  type Millis,
  type RoomId,
  type Seq,
} from '@aurora/protocol';
import type { Appended, Draft, Log, Page, PageRequest } from '../../ports/log.ts';

interface Room {
  readonly id: RoomId;
  readonly entries: Entry[];
  epoch: Epoch;
}

function page(
  { side, seq, limit, handshakes, bytes }: PageRequest,
  room: Room,
): Pick<Page, 'entries' | 'more'> {
  const stretch =
    side === 'after' ? room.entries.slice(seq) : room.entries.slice(0, Math.max(0, seq - 1)).reverse();
  const wanted = handshakes ? stretch.filter(({ kind }) => kind !== 'message') : stretch;
  const entries: Entry[] = [];
  let size = 0;
  for (const entry of wanted) {
    size += entry.frame.length;
    if (entries.length === limit || (entries.length > 0 && size > bytes)) break;
    entries.push(entry);
  }
  const more = entries.length < wanted.length;
  return { entries: side === 'after' ? entries : entries.reverse(), more };
}

export function memoryLog(
  generation: number,
  hasCredential: (device: DeviceId) => boolean,
): Log & { spoke(device: DeviceId): boolean } {
  const rooms = new Map<RoomId, Room>([[LOUNGE, { id: LOUNGE, entries: [], epoch: 0 as Epoch }]]);
  const byId = new Map<string, { room: Room; entry: Entry }>();
  const senders = new Set<DeviceId>();

  function headOf(room: Room): Head {
    const seq = room.entries.length as Seq;
    return { room: room.id, generation: generation as Generation, seq, epoch: room.epoch };
  }

  function append({ room: id, ...draft }: Draft): Appended {
    const room = rooms.get(id);
    if (room === undefined) return { status: 'no_such_room' };
    const key = draft.sender + draft.id;
    const earlier = byId.get(key);
    if (earlier !== undefined) {
      const same = earlier.room === room && equalBytes(earlier.entry.frame, draft.frame);
      return same
        ? { status: 'duplicate', seq: earlier.entry.seq, at: earlier.entry.at }
        : { status: 'id_reused' };
    }
    if (draft.epoch !== room.epoch) return { status: 'stale_epoch', epoch: room.epoch };
    if (!hasCredential(draft.sender)) return { status: 'no_credential' };
    const at = Math.max(draft.at, room.entries.at(-1)?.at ?? 0) as Millis;
    const entry: Entry = { ...draft, seq: (room.entries.length + 1) as Seq, at };
    room.entries.push(entry);
    byId.set(key, { room, entry });
    senders.add(draft.sender);
    if (draft.kind === 'commit') room.epoch = (draft.epoch + 1) as Epoch;
    return { status: 'appended', seq: entry.seq, at };
  }

  return {
    append: async (draft) => append(draft),
    async read(request) {
      const room = rooms.get(request.room);
      return room && { ...page(request, room), head: headOf(room) };
    },
    async head(id) {
      const room = rooms.get(id);
      return room && headOf(room);
    },
    spoke: (device) => senders.has(device),
  };
}
