import type { Bytes } from '../bytes.ts';
import { encodeCbor } from '../codec/cbor.ts';
import {
  anything,
  bytes,
  decode,
  list,
  nullable,
  oneOf,
  record,
  text,
  uint,
  type VariantOf,
  variant,
} from '../codec/shape.ts';
import { errorCodes } from '../errors.ts';
import { limits } from '../limits.ts';
import { deviceId, entryShape, epochRanges, millis, roomId } from './entry.ts';
import { requestId } from './operations.ts';
import { deliveryShape, knockShape, personShape, registerKind, registerShape } from './things.ts';

/** Most events in one batch; a relay never comes near it. */
const MAX_EVENTS = 65_536;

const events = {
  /** The first thing on a socket. `serverId` outlives restarts; `nonce` is for this socket alone. */
  hello: { version: uint(), serverId: bytes(32), nonce: bytes(32), time: millis },
  /** The answer to a request; its operation says which shape `result` has. */
  ok: { request: requestId, result: anything },
  error: {
    request: requestId,
    code: oneOf(errorCodes),
    message: text(1024),
    retryAfter: nullable(uint()),
    suggestion: nullable(text(limits.nicknameBytes)),
  },
  /** New entries of a joined room's log, in order, each seq one more than the last. */
  entries: { room: roomId, entries: list(entryShape, MAX_EVENTS) },
  /** Sealed signals of this moment. */
  signals: {
    room: roomId,
    signals: list(record({ sender: deviceId, frame: bytes(1, limits.signal) }), MAX_EVENTS),
  },
  /** A register that changed. */
  register: { room: roomId, kind: registerKind, register: registerShape },
  /** Who came and went in the last second; `…More` counts those not named. */
  presence: {
    room: roomId,
    at: millis,
    count: uint(),
    joined: list(personShape, limits.namedChanges),
    left: list(personShape, limits.namedChanges),
    joinedMore: uint(),
    leftMore: uint(),
  },
  /** Devices that ask for keys this session said it holds. */
  keys_requested: {
    room: roomId,
    requests: list(record({ device: deviceId, epochs: epochRanges }), limits.keyRequests),
  },
  /** Somebody asks to be let into a private room. */
  knocked: { room: roomId, knock: knockShape },
  /** This identity's membership of a room has ended: it is told no more of it. */
  removed: { room: roomId },
  /** Something new in the mailbox. */
  delivery: { delivery: deliveryShape },
  /** The relay is about to stop: come back after so many milliseconds. */
  goaway: { retryAfter: uint() },
} as const;

const eventShape = variant(events);
const batchShape = list(eventShape, MAX_EVENTS);

/** One thing a relay tells. */
export type Event = VariantOf<typeof events>;
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** A relay's WebSocket message: many events at once, the same bytes for every session that they concern. */
export function encodeBatch(batch: readonly Event[]): Bytes {
  return encodeCbor(batch.map(eventShape.toWire));
}

/** What a relay told, in order. Throws CodecError. */
export function decodeBatch(message: Uint8Array): Event[] {
  return decode(batchShape, message);
}

export const eventSchema = eventShape.schema;
