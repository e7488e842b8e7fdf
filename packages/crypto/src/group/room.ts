import type { Bytes, DeviceId, Entry, Epoch, Millis, RoomId, Seq } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Assembly } from './assembly.ts';
import type { Span } from './letter.ts';
import type { RoomRules } from './rules.ts';

/** An epoch that a believed commit began. `seq` is 0 for one whose key a member told and whose place is not known. */
export interface GroupEpoch {
  readonly epoch: Epoch;
  readonly seq: Seq;
  /** By the relay's clock. */
  readonly at: Millis;
  readonly key: Bytes | null;
}

/**
 * `in`: this device follows, as far as it knows. `removed`: a member took it out. `behind`: others seem to have gone on where it could not
 * follow, or it has no keys; a member has to let it in again.
 */
export type Fate = 'in' | 'removed' | 'behind';

/**
 * What a device knows of a group room's keys: a function of the handshake entries in order, and of the secrets in its group. Plain data
 * that survives structured clone. Holds secrets: store it sealed.
 */
export interface GroupRoom {
  readonly room: RoomId;
  /** The relay's current epoch, which counts all commits; MLS's own counts those that were believed. */
  readonly epoch: Epoch;
  /** Ascending. A void epoch, whose commit was refused, has no record. */
  readonly epochs: readonly GroupEpoch[];
  readonly spans: readonly Span[];
  /** Devices that said that they leave and are in the group still. */
  readonly leaving: readonly DeviceId[];
  /**
   * The encoded group; null while this device has none. One that is behind keeps it: that others went on is a member's word, and whoever
   * lies must not take everybody's keys.
   */
  readonly group: Bytes | null;
  readonly rules: RoomRules | null;
  readonly parts: readonly Assembly[];
  /** Devices of the group whose commits were refused since another's was believed. */
  readonly spoilers: readonly DeviceId[];
  readonly messages: number;
  readonly fate: Fate;
}

/** A room of which nothing is known yet. */
export function emptyGroupRoom(room: RoomId): GroupRoom {
  return {
    room,
    epoch: 0 as Epoch,
    epochs: [],
    spans: [],
    leaving: [],
    group: null,
    rules: null,
    parts: [],
    spoilers: [],
    messages: 0,
    fate: 'in',
  };
}

/** The epoch's key if it is not void and this device holds it. */
export function groupEpochKey({ epochs }: GroupRoom, epoch: Epoch): Bytes | null {
  return epochs.findLast((known) => known.epoch === epoch)?.key ?? null;
}

/** Whether the entry's sender was in the group in the epoch that it names. */
export function isGroupMember({ spans }: GroupRoom, entry: Pick<Entry, 'sender' | 'epoch'>): boolean {
  const { sender, epoch } = entry;
  return spans.some(
    ({ device, since, until }) => device === sender && since <= epoch && (until === null || epoch < until),
  );
}

/** Throws `not_a_member` unless the entry's sender was in the group in the epoch that it names. */
export function requireGroupMember(room: GroupRoom, entry: Pick<Entry, 'sender' | 'epoch'>): void {
  if (!isGroupMember(room, entry)) throw new CryptoError('not_a_member');
}

/** The devices that are in the group now. */
export function openDevices({ spans }: Pick<GroupRoom, 'spans'>): DeviceId[] {
  return spans.flatMap(({ device, until }) => (until === null ? [device] : []));
}
