import { type Epoch, equalBytes } from '@aurora/protocol';
import { keyIdOf } from '../content/keys.ts';
import { KEY_BYTES } from '../primitives/aead.ts';
import { deriveForward, draftOf } from './draft.ts';
import type { EpochKey, OpenRoom } from './state.ts';

export interface Accepted {
  readonly state: OpenRoom;
  /** Epochs whose keys this device now has and had not before, those derived from them included. */
  readonly taken: readonly Epoch[];
  /** Epochs whose keys were false: not what the epoch's opener announced, or for no epoch that is known. */
  readonly refused: readonly Epoch[];
}

/**
 * The state with those keys that are what the epochs' openers announced. It does not matter who sent them: the
 * announcement commits to the key.
 */
export async function acceptKeys(state: OpenRoom, keys: readonly EpochKey[]): Promise<Accepted> {
  const draft = draftOf(state);
  const places = new Map(draft.epochs.map((record, index) => [record.epoch, index]));
  const taken: Epoch[] = [];
  const refused: Epoch[] = [];
  for (const { epoch, key } of keys) {
    const index = places.get(epoch);
    const record = index === undefined ? undefined : draft.epochs[index];
    if (index === undefined || record === undefined || !(await fits(key, record.keyId))) {
      refused.push(epoch);
    } else if (record.key === null) {
      draft.epochs[index] = { ...record, key: key.slice() };
      taken.push(epoch, ...(await deriveForward(draft, index + 1)).taken);
    }
  }
  return { state: draft, taken, refused };
}

async function fits(key: EpochKey['key'], keyId: EpochKey['key']): Promise<boolean> {
  return key.length === KEY_BYTES && equalBytes(await keyIdOf(key), keyId);
}
