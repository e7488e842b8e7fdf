import { type Bytes, toHex } from './bytes.ts';

/** Ids are 16 bytes on the wire and 32 lower-case hex digits in the program, branded so that none can stand for another. */
type Id<Name extends string> = string & { readonly brand: Name };
type Count<Name extends string> = number & { readonly brand: Name };

export type RoomId = Id<'RoomId'>;
/** First 16 bytes of SHA-256 of the device's public signing key. */
export type DeviceId = Id<'DeviceId'>;
/** First 16 bytes of SHA-256 of the identity's public key. */
export type IdentityId = Id<'IdentityId'>;
/** A UUIDv7 (RFC 9562) made by the sender; with the sender it is the idempotency key of an append. */
export type MessageId = Id<'MessageId'>;
export type DeliveryId = Id<'DeliveryId'>;
/** A sealed file at the relay: 16 random bytes, drawn by whoever uploads it. */
export type BlobId = Id<'BlobId'>;

/** Place of an entry in a room's log, from 1, without gaps; 0 is "before the first". */
export type Seq = Count<'Seq'>;
/** Number of a room key, from 1; 0 is "no key yet". */
export type Epoch = Count<'Epoch'>;
/** Which telling of a log this is: another number after a restore from a backup. */
export type Generation = Count<'Generation'>;
export type RequestId = Count<'RequestId'>;
/** Milliseconds since 1970 by the relay's clock. */
export type Millis = Count<'Millis'>;

export const ID_BYTES = 16;

/** Whether some text is an id of this kind as a program has it. */
export function isBlobId(text: string): text is BlobId {
  return /^[0-9a-f]{32}$/.test(text);
}

/** The one room that exists from the start. */
export const LOUNGE = '00000000000000000000000000000001' as RoomId;

/**
 * A UUIDv7 (RFC 9562 section 5.7): 48 bits of time, so that ids of one moment lie side by side in an index,
 * and 74 random bits.
 */
export function messageId(now: number, random: Bytes): MessageId {
  const bytes = random.slice(0, ID_BYTES);
  new DataView(bytes.buffer).setUint16(0, Math.floor(now / 2 ** 32) & 0xffff);
  new DataView(bytes.buffer).setUint32(2, now % 2 ** 32);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return toHex(bytes) as MessageId;
}
