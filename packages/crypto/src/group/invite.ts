import { type Bytes, concatBytes, type DeviceId, fromHex, type RoomId, utf8 } from '@aurora/protocol';
import { hkdf } from '../primitives/hkdf.ts';
import { randomBytes } from '../primitives/random.ts';

/** Bytes of the secret in an invite link. */
export const INVITE_SECRET = 16;
/** Bytes of a proof: HMAC-SHA-512. */
export const INVITE_PROOF = 64;
const LABEL = utf8('aurora/invite/1');

interface Place {
  readonly room: RoomId;
  /** Whose proof it is: nobody else's is worth anything with it. */
  readonly device: DeviceId;
}

export function createInviteSecret(): Bytes {
  return randomBytes(INVITE_SECRET);
}

/** That this device was given the secret of a room's link. */
export async function proveInvite(secret: Bytes, place: Place): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(secret, place.room), proven(place)));
}

/** Compares in constant time. */
export async function checkInvite(secret: Bytes, place: Place & { readonly proof: Bytes }): Promise<boolean> {
  if (secret.length !== INVITE_SECRET || place.proof.length !== INVITE_PROOF) return false;
  return crypto.subtle.verify('HMAC', await keyOf(secret, place.room), place.proof, proven(place));
}

async function keyOf(secret: Bytes, room: RoomId): Promise<CryptoKey> {
  const key = await hkdf(secret, concatBytes(LABEL, fromHex(room)), 64);
  return crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign', 'verify']);
}

function proven({ room, device }: Place): Bytes {
  return concatBytes(LABEL, fromHex(room), fromHex(device));
}
