import { type DeviceId, type EpochRange, limits, type Millis } from '@aurora/protocol';
import { GRANT_KEYS } from './grant.ts';
import { currentRecord, type EpochKey, type EpochRecord, type Membership, type OpenRoom } from './state.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** Epochs whose keys this device lacks, newest first; void ones, which have none, do not break a range. */
export function missingEpochs(state: OpenRoom): EpochRange[] {
  return rangesOf(state.epochs, (record) => record.key === null);
}

/** Epochs whose keys this device holds, newest first. */
export function heldEpochs(state: OpenRoom): EpochRange[] {
  return rangesOf(state.epochs, (record) => record.key !== null);
}

/**
 * The keys among those asked for that this device may grant to that device, newest first, as many as one grant takes.
 * None unless an admit or an epoch of its own made it a member: nobody reads unseen. Every member has a right to
 * the epochs since it came; the room's history policy decides on those before. `now` should be this device's own clock, so
 * that a relay cannot stretch the week by telling a false time.
 */
export function grantable(
  state: OpenRoom,
  now: Millis,
  asked: readonly EpochRange[],
  to: DeviceId,
): EpochKey[] {
  const member = state.members.get(to);
  if (member === undefined) return [];
  const keys: EpochKey[] = [];
  for (let at = state.epochs.length - 1; at >= 0 && keys.length < GRANT_KEYS; at -= 1) {
    const record = state.epochs[at];
    if (record === undefined || record.key === null) continue;
    const { epoch, key } = record;
    if (!asked.some(([first, last]) => first <= epoch && epoch <= last)) continue;
    // The next announcement ended this epoch; the current one has not ended.
    const ended = state.epochs[at + 1]?.at ?? now;
    if (mayRead(state, record, member, ended, now)) keys.push({ epoch, key });
  }
  return keys;
}

/**
 * Whether the room's key must be ratcheted before this member can be granted any: under the policy `none`, when it came
 * while the current epoch was under way, whose beginning it may not read.
 */
export function needsRatchet(state: OpenRoom, to: DeviceId): boolean {
  const member = state.members.get(to);
  const current = currentRecord(state);
  return (
    state.history === 'none' && member !== undefined && current !== undefined && current.seq < member.seq
  );
}

function mayRead(
  { history }: OpenRoom,
  record: EpochRecord,
  member: Membership,
  ended: number,
  now: Millis,
): boolean {
  switch (history) {
    case 'all':
      return true;
    case 'week':
      return record.epoch >= member.since || ended > now - WEEK;
    case 'none':
      return record.seq >= member.seq;
  }
}

function rangesOf(records: readonly EpochRecord[], wanted: (record: EpochRecord) => boolean): EpochRange[] {
  const ranges: EpochRange[] = [];
  let last: EpochRecord | undefined;
  let first: EpochRecord | undefined;
  for (const record of records.toReversed()) {
    if (ranges.length === limits.epochRanges) return ranges;
    if (wanted(record)) {
      last ??= record;
      first = record;
    } else if (first !== undefined && last !== undefined) {
      ranges.push([first.epoch, last.epoch]);
      first = undefined;
      last = undefined;
    }
  }
  if (first !== undefined && last !== undefined && ranges.length < limits.epochRanges) {
    ranges.push([first.epoch, last.epoch]);
  }
  return ranges;
}
