import {
  type Bytes,
  bytes,
  concatBytes,
  type DeviceId,
  ED25519_SIGNATURE,
  epoch,
  fromHex,
  limits,
  list,
  nullable,
  pair,
  type RoomId,
  record,
  type Seq,
  seq,
  utf8,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { KEY_BYTES, TAG_BYTES } from '../primitives/aead.ts';
import { sign, verify } from '../primitives/ed25519.ts';
import { ENCAPSULATED, hpkeOpen, hpkeSeal } from '../primitives/hpke.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';
import type { EpochKey } from './state.ts';

/*
 * frame = version u8 | suite u8 | X-Wing encapsulation 1120 | HPKE(signature 64 | strict CBOR {keys, chain})
 * info  = "aurora/grant/1" | room | granter | recipient, and the signature is over info | CBOR: inside, so that the
 *         relay sees none, and naming the recipient, so that no recipient can pass it on as the granter's word to another.
 */

/** Most keys of one grant: the largest still fits a delivery. */
export const GRANT_KEYS = 1000;

const LABEL = utf8('aurora/grant/1');
const VERSION = 1;
/** X-Wing, HKDF-SHA-512, AES-256-GCM; Ed25519. */
const SUITE = 1;
const PREFIX = Uint8Array.of(VERSION, SUITE);

const payloadShape = record({
  keys: list(pair(epoch, bytes(KEY_BYTES)), GRANT_KEYS),
  chain: nullable(pair(seq, bytes(32))),
});

/** The granter's word for how the log's chain stood at one entry. */
export interface ChainPoint {
  readonly seq: Seq;
  readonly chain: Bytes;
}

export interface Grant {
  readonly keys: readonly EpochKey[];
  readonly chain: ChainPoint | null;
}

/**
 * Room keys sealed to one member's device. Only keys that `grantable` allows should come here. Throws
 * `too_many_keys`, `grant_malformed` for an epoch named twice, `recipient_key_wrong`.
 */
export async function sealGrant(
  grant: Grant & { readonly room: RoomId; readonly device: Device; readonly to: Member },
): Promise<Bytes> {
  const { room, device, to, chain } = grant;
  if (grant.keys.length === 0 || grant.keys.length > GRANT_KEYS) throw new CryptoError('too_many_keys');
  const keys = grant.keys.map(({ epoch, key }): [EpochKey['epoch'], Bytes] => [epoch, key]);
  keys.sort(([a], [b]) => a - b);
  const payload = { keys, chain: chain && ([chain.seq, chain.chain] satisfies [Seq, Bytes]) };
  requireAscending(payload.keys);
  const encoded = encodeStrict(payloadShape, payload, 'grant_malformed');
  const info = infoOf(room, device.id, to.id);
  const plain = concatBytes(await sign(device.signKey, concatBytes(info, encoded)), encoded);
  try {
    return concatBytes(PREFIX, await hpkeSeal(to.hpkePub, info, PREFIX, plain));
  } catch (cause) {
    // An X-Wing key that is not one passes a credential check, which looks at its length only.
    throw new CryptoError('recipient_key_wrong', { cause });
  }
}

/**
 * What a grant holds: not yet believed, for acceptKeys checks each key. Throws `frame_malformed`, `frame_too_large`,
 * `version_unknown`, `suite_unknown`, `decryption_failed` (also for another room, granter or recipient),
 * `signature_wrong`, `grant_malformed`.
 */
export async function openGrant(sealed: {
  readonly room: RoomId;
  readonly device: Device;
  readonly from: Member;
  readonly frame: Bytes;
}): Promise<Grant> {
  const { room, device, from, frame } = sealed;
  if (frame.length > limits.delivery) throw new CryptoError('frame_too_large');
  const least = PREFIX.length + ENCAPSULATED + ED25519_SIGNATURE + TAG_BYTES;
  if (frame.length < least) throw new CryptoError('frame_malformed');
  if (frame[0] !== VERSION) throw new CryptoError('version_unknown');
  if (frame[1] !== SUITE) throw new CryptoError('suite_unknown');
  const info = infoOf(room, from.id, device.id);
  const plain = await openSealed(device.hpkeKey, info, frame.slice(PREFIX.length));
  const encoded = plain.slice(ED25519_SIGNATURE);
  const signature = plain.slice(0, ED25519_SIGNATURE);
  if (!(await verify(from.verifyKey, signature, concatBytes(info, encoded))))
    throw new CryptoError('signature_wrong');
  const { keys, chain } = decodeStrict(payloadShape, encoded, { malformed: 'grant_malformed' });
  if (keys.length === 0) throw new CryptoError('grant_malformed');
  requireAscending(keys);
  return {
    keys: keys.map(([epoch, key]) => ({ epoch, key })),
    chain: chain && { seq: chain[0], chain: chain[1] },
  };
}

async function openSealed(seed: Bytes, info: Bytes, sealed: Bytes): Promise<Bytes> {
  try {
    return await hpkeOpen(seed, info, PREFIX, sealed);
  } catch (cause) {
    throw new CryptoError('decryption_failed', { cause });
  }
}

/** One set of keys has one encoding, and no epoch has two keys. */
function requireAscending(keys: readonly (readonly [EpochKey['epoch'], Bytes])[]): void {
  const ascending = keys.every(([epoch], index) => epoch > (keys[index - 1]?.[0] ?? -1));
  if (!ascending) throw new CryptoError('grant_malformed');
}

function infoOf(room: RoomId, granter: DeviceId, recipient: DeviceId): Bytes {
  return concatBytes(LABEL, fromHex(room), fromHex(granter), fromHex(recipient));
}
