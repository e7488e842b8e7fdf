import type { DeviceId, Epoch, RoomId } from '@aurora/protocol';
import { equalBytes } from '@aurora/protocol';
import { keyIdOf } from '../content/keys.ts';
import { ratchetKey } from './ratchet.ts';
import type { EpochRecord, HistoryPolicy, Membership, OpenRoom } from './state.ts';

/** A state being made: copied once for a whole page of entries, never seen by a caller until it is done. */
export interface Draft {
  readonly room: RoomId;
  history: HistoryPolicy;
  epoch: Epoch;
  readonly epochs: EpochRecord[];
  readonly members: Map<DeviceId, Membership>;
  messages: number;
}

export function draftOf(state: OpenRoom): Draft {
  return { ...state, epochs: [...state.epochs], members: new Map(state.members) };
}

/**
 * Derives the key at `index` and those after it as far as they are ratchets. Answers the epochs that got a key, and the
 * first whose announced keyId is not that of the key it should have: its opener lied, and nobody derives it.
 */
export async function deriveForward(
  draft: Draft,
  index: number,
): Promise<{ taken: Epoch[]; lie: Epoch | null }> {
  const taken: Epoch[] = [];
  for (let at = index; at < draft.epochs.length; at += 1) {
    const record = draft.epochs[at];
    const previous = draft.epochs[at - 1]?.key;
    if (record?.how !== 'ratchet' || record.key !== null || !previous) break;
    const key = await ratchetKey(draft.room, record.epoch, previous);
    if (!equalBytes(await keyIdOf(key), record.keyId)) return { taken, lie: record.epoch };
    draft.epochs[at] = { ...record, key };
    taken.push(record.epoch);
  }
  return { taken, lie: null };
}
