import type { IdentityId } from '@aurora/protocol';

/** Rooms of one inviter that this device comes into by itself, since each counts towards the most that one may be in. */
export const MOST_OF_INVITER = 64;
/** Those of all inviters: the rest of what one may be in is left for what one chooses. */
export const MOST_INVITED = 512;

interface Place {
  readonly inviter: IdentityId | null;
  readonly ended: 'left' | 'removed' | null;
}

/** Whether this device may come into one more room by itself that somebody let it into. */
export function mayComeIn(rooms: readonly Place[], by: IdentityId): boolean {
  const invited = rooms.filter(({ inviter, ended }) => inviter !== null && ended === null);
  const theirs = invited.filter(({ inviter }) => inviter === by);
  return invited.length < MOST_INVITED && theirs.length < MOST_OF_INVITER;
}
