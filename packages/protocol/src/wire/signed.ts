import { type Bytes, concatBytes, fromHex, toHex, utf8 } from '../bytes.ts';
import { encodeCbor } from '../codec/cbor.ts';
import { ID_BYTES, type IdentityId, type RoomId } from '../ids.ts';
import type { Credential } from './credential.ts';

/** What a credential claims, for its signatures to prove. */
export type Claims = Omit<Credential, 'signature' | 'deviceSignature'>;

/** What an identity signs to vouch for a device: every field but the signatures. SPEC [ID2]. */
export function credentialBytes({ nickname, identityPub, devicePub, hpkePub }: Claims): Bytes {
  return concatBytes(utf8('aurora/credential/1'), encodeCbor([nickname, identityPub, devicePub, hpkePub]));
}

/**
 * What a device signs to say whose it is and what to seal to. Without it anybody could put an identity and an X-Wing
 * key of their own behind somebody's DeviceId, and be sealed what is meant for that device. SPEC [ID19].
 */
export function deviceBytes({ identityPub, devicePub, hpkePub }: Omit<Claims, 'nickname'>): Bytes {
  return concatBytes(utf8('aurora/device/1'), encodeCbor([identityPub, devicePub, hpkePub]));
}

export interface Challenge {
  /** The page's origin as the browser sends it, such as `https://chat.example`. */
  readonly origin: string;
  /** The relay's lasting name, so that a proof for one relay is none for another. */
  readonly serverId: Bytes;
  /** Made for this socket; serves once. */
  readonly nonce: Bytes;
  readonly devicePub: Bytes;
}

/** What a device signs to open a session. SPEC [ID4]. */
export function challengeBytes({ origin, serverId, nonce, devicePub }: Challenge): Bytes {
  return concatBytes(utf8('aurora/auth/1'), encodeCbor([origin, serverId, nonce, devicePub]));
}

/** What the id of the room of two people is made of, whoever opens it: `directRoomId` takes the SHA-256 of it. SPEC [RM2]. */
export function directRoomBytes(one: IdentityId, other: IdentityId): Bytes {
  const [first, second] = one < other ? [one, other] : [other, one];
  return concatBytes(utf8('aurora/direct/1'), fromHex(first), fromHex(second));
}

/** The id of a direct room, out of a hash of 32 bytes. Its first bit is set, and nobody can make another room under such an id. */
export function directRoomId(hash: Bytes): RoomId {
  const id = hash.slice(0, ID_BYTES);
  id.set([(id[0] ?? 0) | 0x80]);
  return toHex(id) as RoomId;
}

/** The id of a private room, out of 16 random bytes: its first bit is clear. SPEC [RM2]. */
export function privateRoomId(random: Bytes): RoomId {
  const id = random.slice(0, ID_BYTES);
  id.set([(id[0] ?? 0) & 0x7f]);
  return toHex(id) as RoomId;
}

export function isPrivateRoomId(room: RoomId): boolean {
  return Number.parseInt(room.slice(0, 1), 16) < 8;
}
