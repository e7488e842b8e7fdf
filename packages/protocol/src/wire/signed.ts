import { type Bytes, concatBytes, fromHex, utf8 } from '../bytes.ts';
import { encodeCbor } from '../codec/cbor.ts';
import type { IdentityId } from '../ids.ts';
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

/** What the id of the room of two people is the first 16 bytes of the SHA-256 of, whoever opens it. SPEC [RM2]. */
export function directRoomBytes(one: IdentityId, other: IdentityId): Bytes {
  const [first, second] = one < other ? [one, other] : [other, one];
  return concatBytes(utf8('aurora/direct/1'), fromHex(first), fromHex(second));
}
