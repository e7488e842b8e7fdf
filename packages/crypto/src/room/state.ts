import type { Bytes, DeviceId, Epoch, Millis, RoomId, Seq } from '@aurora/protocol';

/**
 * What newcomers may read from before they came: nothing, what was current in the last seven days, or everything.
 * What was said while somebody was a member is theirs under every policy.
 */
export const historyPolicies = ['none', 'week', 'all'] as const;
export type HistoryPolicy = (typeof historyPolicies)[number];

/** How an epoch's key came to be: at random, or derived from the key before it. */
export const epochOrigins = ['fresh', 'ratchet'] as const;
export type EpochOrigin = (typeof epochOrigins)[number];

/** An epoch as its opener announced it, and its key once this device has it. */
export interface EpochRecord {
  readonly epoch: Epoch;
  readonly keyId: Bytes;
  /** The key that it follows; null for the room's first. */
  readonly previous: Bytes | null;
  readonly how: EpochOrigin;
  readonly opener: DeviceId;
  readonly seq: Seq;
  /** By the relay's clock. */
  readonly at: Millis;
  readonly key: Bytes | null;
}

/** Since when a device is a member: the epoch, and the entry that made it one. */
export interface Membership {
  readonly since: Epoch;
  readonly seq: Seq;
}

/**
 * What a device knows of an open room's keys: a function of the room's handshake entries in order, but for the keys.
 * Plain data that survives structured clone. Holds secrets: store it sealed.
 *
 * Invariant: whether an entry is accepted depends on the entries alone and never on which keys a device holds, so
 * that all members agree on every epoch and nobody can split them.
 */
export interface OpenRoom {
  readonly room: RoomId;
  /** Fixed by the first epoch; until there is one, what it will be if nobody says otherwise. */
  readonly history: HistoryPolicy;
  /** The relay's current epoch; 0 before the first. */
  readonly epoch: Epoch;
  /** Ascending. A void epoch, whose commit was refused, has no record. */
  readonly epochs: readonly EpochRecord[];
  readonly members: ReadonlyMap<DeviceId, Membership>;
  /** Messages counted in the current epoch. */
  readonly messages: number;
}

/** A room key and the epoch it is for. */
export interface EpochKey {
  readonly epoch: Epoch;
  readonly key: Bytes;
}

const NO_EPOCH = 0 as Epoch;

/** A room of which nothing is known yet. */
export function emptyRoom(room: RoomId): OpenRoom {
  return { room, history: 'week', epoch: NO_EPOCH, epochs: [], members: new Map(), messages: 0 };
}

/** The epoch's announcement; undefined if there is no such epoch or it is void. */
export function recordOf(state: OpenRoom, epoch: Epoch): EpochRecord | undefined {
  let low = 0;
  let high = state.epochs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((state.epochs[middle]?.epoch ?? epoch) < epoch) low = middle + 1;
    else high = middle;
  }
  const found = state.epochs[low];
  return found?.epoch === epoch ? found : undefined;
}

/** The announcement of the current epoch; undefined before the first and while the current epoch is void. */
export function currentRecord(state: OpenRoom): EpochRecord | undefined {
  const newest = state.epochs.at(-1);
  return newest?.epoch === state.epoch ? newest : undefined;
}

/** The epoch's key if this device holds it. */
export function epochKey(state: OpenRoom, epoch: Epoch): Bytes | null {
  return recordOf(state, epoch)?.key ?? null;
}
