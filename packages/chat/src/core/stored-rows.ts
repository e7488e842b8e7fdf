import { fileShape } from '@aurora/crypto';
import {
  bool,
  type DeviceId,
  deviceId,
  type Entry,
  entryShape,
  ID_BYTES,
  type IdentityId,
  id,
  limits,
  list,
  type MessageId,
  type Millis,
  millis,
  oneOf,
  type RoomId,
  text,
  uint,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import type { Position, Row } from '../view/contract.ts';
import { fileView } from './files/file-view.ts';

const place = { id: text(80), seq: uint(), minor: uint(), at: millis };
const names = list(text(limits.nicknameBytes), limits.namedChanges);
const many = list(text(limits.nicknameBytes), limits.members);

const variants = {
  message: {
    ...place,
    sender: deviceId,
    identity: id<IdentityId>(),
    nickname: text(limits.nicknameBytes),
    mine: bool,
    text: text(limits.text),
    files: list(fileShape, limits.blobs),
  },
  presence: { ...place, joined: names, joinedMore: uint(), left: names, leftMore: uint() },
  admission: { ...place, by: text(limits.nicknameBytes), names, more: uint() },
  change: {
    ...place,
    by: text(limits.nicknameBytes),
    mine: bool,
    change: variant({
      created: {},
      added: { names: many },
      removed: { names: many },
      left: {},
      readmitted: { names: many },
      titled: { title: text(200) },
      linked: {},
      unlinked: {},
      admins: { made: many, unmade: many },
    }),
  },
  sealed: { ...place, reason: oneOf(['before_you_came', 'waiting_for_key']), entry: entryShape },
  warning: { ...place, code: text(64), message: text(1024) },
} as const;

/** A row as a vault keeps it. A sealed one keeps its entry, to be opened when its key comes. */
export const storedRowShape = variant(variants);
export type StoredRow = VariantOf<typeof variants>;

const digits = (value: number) => String(value).padStart(16, '0');

/** Sorts as positions do, within a room. */
export function rowKey(room: RoomId, [seq, minor]: Position): string {
  return `${room}/${digits(seq)}/${digits(minor)}`;
}

export function positionOf(row: StoredRow): Position {
  return [row.seq, row.minor];
}

export function rowView(row: StoredRow): Row {
  const shared = { id: row.id, position: positionOf(row), at: row.at };
  switch (row.type) {
    case 'message': {
      const author = { identity: row.identity, device: row.sender, nickname: row.nickname };
      return {
        kind: 'message',
        ...shared,
        author,
        mine: row.mine,
        text: row.text,
        files: row.files.map((file) => fileView(file, { status: 'offered' })),
        delivery: { status: 'sent' },
      };
    }
    case 'presence': {
      const { joined, joinedMore, left, leftMore } = row;
      return { kind: 'presence', ...shared, joined, joinedMore, left, leftMore };
    }
    case 'admission': {
      const { by, names: admitted, more } = row;
      return { kind: 'admission', ...shared, by, names: admitted, more };
    }
    case 'change':
      return { kind: 'change', ...shared, by: row.by, mine: row.mine, change: row.change };
    case 'sealed':
      return { kind: 'sealed', ...shared, reason: row.reason };
    case 'warning':
      return { kind: 'warning', ...shared, failure: { code: row.code, message: row.message } };
  }
}

/** The id in the log of a message, or of one that waits for its key, whose row may carry its sender's too. */
export function logIdOf(row: Pick<StoredRow, 'id'>): MessageId {
  return row.id.slice(-2 * ID_BYTES) as MessageId;
}

/**
 * Where an entry of the log stands as a row. One's own message keeps its id, which named its row before it was sent;
 * another's carries its sender too, so that nobody can name a row of somebody else.
 */
export function placeOf(entry: Entry, me: DeviceId): { id: string; seq: number; minor: number; at: Millis } {
  const id = entry.sender === me ? entry.id : `${entry.sender}/${entry.id}`;
  return { id, seq: entry.seq, minor: 0, at: entry.at };
}
