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
import type { DeliveryId, MessageId, RequestId } from '../ids.ts';
import { limits } from '../limits.ts';
import { credentialShape, ED25519_SIGNATURE } from './credential.ts';
import {
  blobId,
  deviceId,
  entryKinds,
  entryShape,
  epoch,
  epochRanges,
  headShape,
  identityId,
  millis,
  roomId,
  seq,
} from './entry.ts';
import {
  deliveryShape,
  identities,
  keyPackage,
  knockShape,
  membershipShape,
  personShape,
  registerShape,
  welcomeShape,
} from './things.ts';

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
      identity: identityId,
      time: millis,
      rooms: list(headShape, limits.rooms),
    }),
  },
  /** Becomes a member of an open room, or remains one, and is told of all that happens in it from now on. */
  join: { request: { room: roomId }, reply: headShape },
  /**
   * Adds to a room's log. Answered once it is durable; the same id again is answered with the first seq. `blobs` are the files that
   * the frame names, which the relay cannot read there: from now on they are kept.
   */
  append: {
    request: {
      room: roomId,
      id: id<MessageId>(),
      kind: oneOf(entryKinds),
      epoch,
      frame: bytes(1, limits.frame),
      blobs: list(blobId, limits.blobs),
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
      after: nullable(identityId),
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
  /** Makes a private room with this id, whose only member and admin is whoever asks; again is no error. */
  create_room: { request: { room: roomId }, reply: headShape },
  /** The room of two people, made if need be; both are members of it. */
  open_direct: { request: { with: identityId }, reply: headShape },
  /**
   * A `commit` in a private or direct room, with the memberships that it changes and the welcomes of those it lets in:
   * all of it stands, or none. `admins` replaces who may remove others; null leaves them.
   */
  commit: {
    request: {
      room: roomId,
      id: id<MessageId>(),
      epoch,
      frame: bytes(1, limits.frame),
      welcomes: list(welcomeShape, limits.welcomes),
      remove: list(identityId, limits.removals),
      admins: nullable(list(identityId, limits.admins)),
    },
    reply: record({ seq, at: millis, duplicate: bool }),
  },
  /** Gives up the membership of a private or direct room. */
  leave: { request: { room: roomId }, reply: nothing },
  /** Who may read and write in a private or direct room. */
  members: { request: { room: roomId }, reply: record({ members: list(membershipShape, limits.members) }) },
  /**
   * Adds to this device's key packages, of which each is given out once, and replaces the one that is given out when
   * there is no other. Answers how many of the first sort wait.
   */
  publish_key_packages: {
    request: { packages: list(keyPackage, limits.keyPackages), lastResort: nullable(keyPackage) },
    reply: record({ waiting: uint() }),
  },
  /** Takes one key package of each device of these people. `gone` are those who signed out for good or never were. */
  key_packages: {
    request: { identities },
    reply: record({
      packages: list(
        record({ identity: identityId, device: deviceId, package: keyPackage }),
        limits.welcomes,
      ),
      gone: identities,
    }),
  },
  /** Asks those in a private room to be let in. Replaces an earlier knock of this device. */
  knock: { request: { room: roomId, frame: bytes(1, limits.knock) }, reply: nothing },
  /** Takes this device's knock back. */
  withdraw_knock: { request: { room: roomId }, reply: nothing },
  /** Those who wait at a room, the longest first, after `after`. */
  knocks: {
    request: { room: roomId, after: nullable(deviceId) },
    reply: record({ knocks: list(knockShape, limits.knockPage), more: bool }),
  },
  /** Turns a knock down, with a sealed word to the device about why. */
  dismiss_knock: {
    request: { room: roomId, device: deviceId, frame: bytes(1, limits.delivery) },
    reply: nothing,
  },
  /**
   * Makes room for a sealed file of `size` bytes, for those in the room, and gives a ticket to upload it by. Asked again it gives a
   * new one, and how many bytes are there.
   */
  open_upload: {
    request: { room: roomId, blob: blobId, size: uint(Number.MAX_SAFE_INTEGER, 1) },
    reply: record({ ticket: bytes(limits.ticket), offset: uint() }),
  },
  /** Gives a ticket to download a sealed file by. */
  open_download: {
    request: { room: roomId, blob: blobId },
    reply: record({ ticket: bytes(limits.ticket), size: uint(Number.MAX_SAFE_INTEGER, 1) }),
  },
  /** Takes one's own file back. */
  drop_blob: { request: { blob: blobId }, reply: nothing },
  /** Signs out for good: frees the nickname and forgets memberships, registers and mailbox. */
  retire: { request: {}, reply: nothing },
} as const satisfies Record<string, { request: object; reply: object }>;

export type OperationName = keyof typeof operations;
export type RequestOf<O extends OperationName> = Values<(typeof operations)[O]['request']>;
export type ReplyOf<O extends OperationName> = Of<(typeof operations)[O]['reply']>;

export const requestId = uint<RequestId>(0xffff_ffff);
