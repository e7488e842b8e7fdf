import { type Bytes, type RoomKind, roomKinds } from '@aurora/protocol';

/** An id as it is kept. */
export function blob(id: string): Uint8Array {
  return Buffer.from(id, 'hex');
}

/** A column of a row, checked, since a database is input too. */
export function hex<Id extends string>(value: unknown): Id {
  return Buffer.from(bytes(value)).toString('hex') as Id;
}

export function bytes(value: unknown): Bytes {
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError('the database holds no bytes where bytes belong');
}

export function number<N extends number>(value: unknown): N {
  if (typeof value === 'number') return value as N;
  throw new TypeError('the database holds no number where a number belongs');
}

/** A room's kind, kept as its place among `roomKinds`. */
export function kindOf(value: unknown): RoomKind {
  const kind = roomKinds[number(value)];
  if (kind === undefined) throw new TypeError('the database holds an unknown kind of room');
  return kind;
}
