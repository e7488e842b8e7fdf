import {
  type Bytes,
  bytes,
  epoch,
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
import { KEY_BYTES } from '../primitives/aead.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';
import { openSigned, sealSigned } from './letterbox.ts';
import type { EpochKey } from './state.ts';

/** Most keys of one grant: the largest still fits a delivery. */
export const GRANT_KEYS = 1000;

const LABEL = utf8('aurora/grant/1');

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
  return sealSigned({ label: LABEL, room, device, to, content: encoded });
}

/** What a grant holds: not yet believed, for acceptKeys checks each key. Throws what openSigned throws, and `grant_malformed`. */
export async function openGrant(sealed: {
  readonly room: RoomId;
  readonly device: Device;
  readonly from: Member;
  readonly frame: Bytes;
}): Promise<Grant> {
  const encoded = await openSigned({ label: LABEL, ...sealed });
  const { keys, chain } = decodeStrict(payloadShape, encoded, { malformed: 'grant_malformed' });
  if (keys.length === 0) throw new CryptoError('grant_malformed');
  requireAscending(keys);
  return {
    keys: keys.map(([epoch, key]) => ({ epoch, key })),
    chain: chain && { seq: chain[0], chain: chain[1] },
  };
}

/** One set of keys has one encoding, and no epoch has two keys. */
function requireAscending(keys: readonly (readonly [EpochKey['epoch'], Bytes])[]): void {
  const ascending = keys.every(([epoch], index) => epoch > (keys[index - 1]?.[0] ?? -1));
  if (!ascending) throw new CryptoError('grant_malformed');
}
