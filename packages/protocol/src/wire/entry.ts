import { bytes, id, list, type Of, oneOf, pair, record, uint } from '../codec/shape.ts';
import type {
  BlobId,
  DeviceId,
  Epoch,
  Generation,
  IdentityId,
  MessageId,
  Millis,
  RoomId,
  Seq,
} from '../ids.ts';
import { limits } from '../limits.ts';

/**
 * What an entry does to its room's epoch: a `message` and a `handshake` name the current one and leave it, a `commit`
 * names the current one and starts the next. The relay knows no more of an entry than this.
 */
export const entryKinds = ['message', 'handshake', 'commit'] as const;
export type EntryKind = (typeof entryKinds)[number];

export const seq = uint<Seq>();
export const epoch = uint<Epoch>();
export const millis = uint<Millis>(limits.millis);
export const roomId = id<RoomId>();
export const deviceId = id<DeviceId>();
export const identityId = id<IdentityId>();
export const blobId = id<BlobId>();

/**
 * Who may come into a room: `open`, anybody; `private`, whom a member lets in; `direct`, the two people whose identities
 * make its id. SPEC section 12.
 */
export const roomKinds = ['open', 'private', 'direct'] as const;
export type RoomKind = (typeof roomKinds)[number];

/** One entry of a room's log. `epoch` is the one it names; `at` is the relay's clock. SPEC section 4. */
export const entryShape = record({
  seq,
  kind: oneOf(entryKinds),
  sender: deviceId,
  id: id<MessageId>(),
  epoch,
  at: millis,
  frame: bytes(1, limits.frame),
});
export type Entry = Of<typeof entryShape>;

/** Where a room's log stands. */
export const headShape = record({
  room: roomId,
  kind: oneOf(roomKinds),
  generation: uint<Generation>(),
  seq,
  epoch,
});
export type Head = Of<typeof headShape>;

/** First and last of some epochs, both included. */
export const epochRanges = list(pair(epoch, epoch), limits.epochRanges);
export type EpochRange = readonly [Epoch, Epoch];
