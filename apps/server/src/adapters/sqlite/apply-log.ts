import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type DeviceId,
  type Epoch,
  entryKinds,
  equalBytes,
  type Millis,
  type RoomId,
  type RoomKind,
  type Seq,
} from '@aurora/protocol';
import type { Appended, Draft } from '../../ports/log.ts';
import type { applyBlobs } from './apply-blobs.ts';
import { blob, bytes, kindOf, number } from './blob.ts';

interface Room {
  readonly number: number;
  readonly kind: RoomKind;
  seq: Seq;
  epoch: Epoch;
  at: Millis;
}

/** How many senders are remembered as having spoken, to spare them an update each time, and how many rooms' heads. */
const REMEMBERED = 100_000;
const REMEMBERED_ROOMS = 10_000;

/** The append transaction. Heads of rooms are kept here and written once a transaction. */
export class LogApplier {
  readonly #rooms = new Map<RoomId, Room>();
  /** Those that this transaction moved. */
  readonly #changed = new Set<Room>();
  readonly #spoke = new Set<DeviceId>();
  readonly #findRoom: StatementSync;
  readonly #findEntry: StatementSync;
  readonly #insert: StatementSync;
  readonly #setHead: StatementSync;
  readonly #setSpoke: StatementSync;
  readonly #isMember: StatementSync;
  readonly #blobs: ReturnType<typeof applyBlobs>;

  constructor(db: DatabaseSync, blobs: ReturnType<typeof applyBlobs>) {
    this.#blobs = blobs;
    this.#findRoom = db.prepare('SELECT number, kind, seq, epoch, at FROM rooms WHERE room = ?');
    this.#findEntry = db.prepare('SELECT room, seq, at, frame FROM entries WHERE id = ? AND sender = ?');
    this.#insert = db.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#setHead = db.prepare('UPDATE rooms SET seq = ?, epoch = ?, at = ? WHERE number = ?');
    this.#setSpoke = db.prepare('UPDATE devices SET spoke = 1 WHERE device = ?');
    this.#isMember = db.prepare('SELECT 1 FROM members WHERE identity = ? AND room = ?');
  }

  append(draft: Draft): Appended {
    return this.judge(draft) ?? this.add(draft);
  }

  /** What becomes of a draft without its being added; null when it may be. Changes nothing. */
  judge(draft: Draft): Appended | null {
    const room = this.#room(draft.room);
    if (room === undefined) return { status: 'no_such_room' };
    const earlier = this.#findEntry.get(blob(draft.id), blob(draft.sender));
    if (earlier !== undefined) {
      const same = number(earlier.room) === room.number && equalBytes(bytes(earlier.frame), draft.frame);
      return same
        ? { status: 'duplicate', seq: number(earlier.seq), at: number(earlier.at) }
        : { status: 'id_reused' };
    }
    if (room.kind !== 'open' && this.#isMember.get(blob(draft.identity), blob(draft.room)) === undefined)
      return { status: 'not_a_member' };
    if (draft.epoch !== room.epoch) return { status: 'stale_epoch', epoch: room.epoch };
    if (!this.#blobs.allows(draft)) return { status: 'no_such_blob' };
    return null;
  }

  /** Adds a draft that was judged in this transaction. */
  add(draft: Draft): Appended {
    const room = this.#room(draft.room);
    if (room === undefined) return { status: 'no_such_room' };
    const sender = blob(draft.sender);
    const id = blob(draft.id);
    if (!this.#hasCredential(draft.sender, sender)) return { status: 'no_credential' };
    this.#blobs.name(draft);
    const seq = (room.seq + 1) as Seq;
    const at = Math.max(draft.at, room.at) as Millis;
    const kind = entryKinds.indexOf(draft.kind);
    this.#insert.run(room.number, seq, kind, sender, id, draft.epoch, at, draft.frame);
    room.seq = seq;
    room.at = at;
    if (draft.kind === 'commit') room.epoch = (draft.epoch + 1) as Epoch;
    this.#changed.add(room);
    return { status: 'appended', seq, at };
  }

  /** Writes the heads that this transaction moved. */
  flush(): void {
    for (const room of this.#changed) this.#setHead.run(room.seq, room.epoch, room.at, room.number);
    this.#changed.clear();
    if (this.#rooms.size > REMEMBERED_ROOMS) this.#rooms.clear();
  }

  /** It has just been made. */
  forgetRoom(room: RoomId): void {
    this.#rooms.delete(room);
  }

  /** After a rollback, only the disk knows. */
  forget(): void {
    this.#rooms.clear();
    this.#changed.clear();
    this.#spoke.clear();
  }

  kindOf(id: RoomId): RoomKind | undefined {
    return this.#room(id)?.kind;
  }

  #room(id: RoomId): Room | undefined {
    const known = this.#rooms.get(id);
    if (known !== undefined) return known;
    const row = this.#findRoom.get(blob(id));
    if (row === undefined) return undefined;
    const room: Room = {
      number: number(row.number),
      kind: kindOf(row.kind),
      seq: number(row.seq),
      epoch: number(row.epoch),
      at: number(row.at),
    };
    this.#rooms.set(id, room);
    return room;
  }

  /** Whether the sender's credential is on file; from now on it stays there. SPEC [ID14]. */
  #hasCredential(sender: DeviceId, kept: Uint8Array): boolean {
    if (this.#spoke.has(sender)) return true;
    if (number(this.#setSpoke.run(kept).changes) === 0) return false;
    if (this.#spoke.size >= REMEMBERED) this.#spoke.clear();
    this.#spoke.add(sender);
    return true;
  }
}
