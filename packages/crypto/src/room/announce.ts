import { type Bytes, type DeviceId, type Epoch, limits } from '@aurora/protocol';
import { keyIdOf } from '../content/keys.ts';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import { KEY_BYTES } from '../primitives/aead.ts';
import { randomBytes } from '../primitives/random.ts';
import { ratchetKey } from './ratchet.ts';
import type { EpochKey, EpochOrigin, HistoryPolicy, OpenRoom } from './state.ts';
import { signStatement } from './statement.ts';

/** The frame of a commit, and the key it announces: give it to acceptKeys once the commit stands in the log. */
export interface Announcement {
  readonly frame: Bytes;
  readonly key: EpochKey;
}

/**
 * Opens the next epoch with a random key. Anybody may, and thereby visibly becomes a member. `history` is asked of
 * whoever opens the room's first epoch; later it stays what it is.
 */
export function announceFresh(
  state: OpenRoom,
  device: Device,
  history: HistoryPolicy = state.history,
): Promise<Announcement> {
  const settled = state.epochs.length === 0 ? history : state.history;
  return announce(state, device, 'fresh', settled, randomBytes(KEY_BYTES));
}

/**
 * Opens the next epoch with a key that every holder of the present one derives by itself. Throws `not_a_member`,
 * `no_key`.
 */
export async function announceRatchet(state: OpenRoom, device: Device): Promise<Announcement> {
  if (!state.members.has(device.id)) throw new CryptoError('not_a_member');
  const previous = state.epochs.at(-1)?.key;
  if (previous === undefined || previous === null) throw new CryptoError('no_key');
  const key = await ratchetKey(state.room, nextEpoch(state), previous);
  return announce(state, device, 'ratchet', state.history, key);
}

/**
 * The frame of a handshake that makes these devices members. Grant them keys only once it stands in the log.
 * Throws `not_a_member`, `too_many_devices`.
 */
export function admitFrame(state: OpenRoom, device: Device, devices: readonly DeviceId[]): Promise<Bytes> {
  const { room, epoch } = state;
  const named = [...new Set(devices)];
  if (!state.members.has(device.id)) return Promise.reject(new CryptoError('not_a_member'));
  if (named.length === 0 || named.length > limits.keyRequests) {
    return Promise.reject(new CryptoError('too_many_devices'));
  }
  return signStatement(device, { type: 'admit', room, epoch, devices: named, device: device.id });
}

export function nextEpoch(state: OpenRoom): Epoch {
  return (state.epoch + 1) as Epoch;
}

async function announce(
  state: OpenRoom,
  device: Device,
  how: EpochOrigin,
  history: HistoryPolicy,
  key: Bytes,
): Promise<Announcement> {
  const epoch = nextEpoch(state);
  const keyId = await keyIdOf(key);
  const previous = state.epochs.at(-1)?.keyId ?? null;
  const statement = {
    type: 'epoch',
    room: state.room,
    epoch,
    keyId,
    previous,
    how,
    history,
    device: device.id,
  } as const;
  return { frame: await signStatement(device, statement), key: { epoch, key } };
}
