import {
  bool,
  type Entry,
  entryShape,
  type IdentityId,
  id,
  limits,
  list,
  millis,
  oneOf,
  type RoomId,
  text,
  uint,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import type { Position, Row } from '../view/contract.ts';

const place = { id: text(64), seq: uint(), minor: uint(), at: millis };
const names = list(text(limits.nicknameBytes), limits.namedChanges);

const variants = {
  message: {
    ...place,
    identity: id<IdentityId>(),
    nickname: text(limits.nicknameBytes),
    mine: bool,
    text: text(limits.text),
  },
  presence: { ...place, joined: names, joinedMore: uint(), left: names, leftMore: uint() },
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
      const author = { identity: row.identity, nickname: row.nickname };
      return {
        kind: 'message',
        ...shared,
        author,
        mine: row.mine,
        text: row.text,
        delivery: { status: 'sent' },
      };
    }
    case 'presence': {
      const { joined, joinedMore, left, leftMore } = row;
      return { kind: 'presence', ...shared, joined, joinedMore, left, leftMore };
    }
    case 'sealed':
      return { kind: 'sealed', ...shared, reason: row.reason };
    case 'warning':
      return { kind: 'warning', ...shared, failure: { code: row.code, message: row.message } };
  }
}

/** Where an entry of the log stands as a row: its id is the message's, for ever. */
export function placeOf(entry: Entry): { id: string; seq: number; minor: number; at: Entry['at'] } {
  return { id: entry.id, seq: entry.seq, minor: 0, at: entry.at };
}
