import type { DeviceId, Entry, Epoch } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { OpenRoom } from './state.ts';

/** Whether the device was a member in this epoch. */
export function isMember(state: OpenRoom, device: DeviceId, epoch: Epoch): boolean {
  const member = state.members.get(device);
  return member !== undefined && member.since <= epoch;
}

/**
 * Throws `not_a_member` unless the entry's sender had visibly become a member before it: somebody who was handed a
 * key in secret may read until the next renewal, but cannot speak.
 */
export function requireMember(state: OpenRoom, entry: Pick<Entry, 'sender' | 'epoch' | 'seq'>): void {
  const member = state.members.get(entry.sender);
  if (member === undefined || member.since > entry.epoch || member.seq > entry.seq) {
    throw new CryptoError('not_a_member');
  }
}
