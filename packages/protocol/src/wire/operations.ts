import {
  bool,
  bytes,
  id,
  list,
  nullable,
  type Of,
  oneOf,
  record,
  text,
  uint,
  type Values,
} from '../codec/shape.ts';
import type { DeliveryId, IdentityId, MessageId, RequestId } from '../ids.ts';
import { limits } from '../limits.ts';
import { credentialShape, ED25519_SIGNATURE } from './credential.ts';
import {
  deviceId,
  entryKinds,
  entryShape,
  epoch,
  epochRanges,
  headShape,
  millis,
  roomId,
  seq,
} from './entry.ts';
import { deliveryShape, personShape, registerShape } from './things.ts';

const nothing = record({});

/**
 * Everything a client can ask, and what it is answered: one table, from which both sides take their types, their
 * encoders and their decoders. SPEC section 5 says what each does.
 */
export const operations = {
  /** Proves the device and claims the nickname; before it nothing else is allowed. */
  auth: {
    request: { credential: credentialShape, signature: bytes(ED25519_SIGNATURE) },
    reply: record({
      device: deviceId,
      identity: id<IdentityId>(),
      time: millis,
      rooms: list(headShape, limits.rooms),
    }),
  },
  /** Becomes a member of an open room, or remains one, and is told of all that happens in it from now on. */
  join: { request: { room: roomId }, reply: headShape },
  /** Adds to a room's log. Answered once it is durable; the same id again is answered with the first seq. */
  append: {
    request: {
      room: roomId,
      id: id<MessageId>(),
      kind: oneOf(entryKinds),
      epoch,
      frame: bytes(1, limits.frame),
    },
    reply: record({ seq, at: millis, duplicate: bool }),
  },
  /** A page of a log: the entries next to `seq` on one side, in order of seq; `handshakes` leaves out messages. */
  read: {
    request: {
      room: roomId,
      side: oneOf(['after', 'before']),
      seq,
      limit: uint(limits.page, 1),
      handshakes: bool,
    },
    reply: record({ entries: list(entryShape, limits.page), more: bool, head: headShape }),
  },
  /** To the live sessions in the room and to no disk. */
  signal: { request: { room: roomId, frame: bytes(1, limits.signal) }, reply: nothing },
  /** Keeps the latest value of this sender's register in the room. */
  register: {
    request: { room: roomId, kind: uint(limits.registerKinds - 1), frame: bytes(1, limits.register) },
    reply: nothing,
  },
  /** A page of a room's registers of one kind, by sender. */
  registers: {
    request: { room: roomId, kind: uint(limits.registerKinds - 1), after: nullable(deviceId) },
    reply: record({ registers: list(registerShape, limits.page), more: bool }),
  },
  /** A page of those present in a room, by nickname; `search` keeps nicknames that contain it. */
  people: {
    request: {
      room: roomId,
      search: text(limits.search),
      after: nullable(id<IdentityId>()),
      limit: uint(limits.people, 1),
    },
    reply: record({ count: uint(), people: list(personShape, limits.people), more: bool }),
  },
  /** The credentials of some devices; unknown ones are left out. */
  credentials: {
    request: { devices: list(deviceId, limits.credentials) },
    reply: record({ credentials: list(credentialShape, limits.credentials) }),
  },
  /** Asks the holders of some epochs' keys for them, until they come. Replaces an earlier request for the room. */
  request_keys: { request: { room: roomId, epochs: epochRanges }, reply: record({ holders: uint() }) },
  /** Says which epochs' keys this session can grant to others. Replaces what it said before. */
  hold_keys: { request: { room: roomId, epochs: epochRanges }, reply: nothing },
  /** Puts something sealed into the mailbox of a device that shares a room. */
  deliver: { request: { room: roomId, device: deviceId, frame: bytes(1, limits.delivery) }, reply: nothing },
  /** The deliveries that wait in this device's mailbox, oldest first. */
  mailbox: { request: {}, reply: record({ deliveries: list(deliveryShape, limits.deliveries), more: bool }) },
  /** Acknowledges deliveries, which the relay then forgets. */
  collect: { request: { deliveries: list(id<DeliveryId>(), limits.deliveries) }, reply: nothing },
  /** Shows life on an idle line; answered with where the joined rooms stand. */
  ping: { request: {}, reply: record({ time: millis, rooms: list(headShape, limits.rooms) }) },
  /** Signs out for good: frees the nickname and forgets memberships, registers and mailbox. */
  retire: { request: {}, reply: nothing },
} as const satisfies Record<string, { request: object; reply: object }>;

export type OperationName = keyof typeof operations;
export type RequestOf<O extends OperationName> = Values<(typeof operations)[O]['request']>;
export type ReplyOf<O extends OperationName> = Of<(typeof operations)[O]['reply']>;

export const requestId = uint<RequestId>(0xffff_ffff);
