import type { IdentityId, RoomId } from '@aurora/protocol';

export type Joined =
  | 'joined'
  /** The room is not open to everybody, and nobody let this identity in. */
  | 'not_a_member'
  /** In `limits.rooms` rooms already, not counting what others made it a member of. */
  | 'too_many';

/** Which identities belong to which rooms, whether they are here or not. */
export interface Members {
  /** What an identity's own session does: makes a membership that lasts, or takes up one that others made. Durable. */
  add(room: RoomId, identity: IdentityId): Promise<Joined>;
  has(room: RoomId, identity: IdentityId): Promise<boolean>;
  /** Whether it is a member by its own session, and not only because somebody else wanted it. */
  hasJoined(room: RoomId, identity: IdentityId): Promise<boolean>;
  /** Those it joined, then those it was invited to, the newest first. */
  rooms(identity: IdentityId): Promise<readonly RoomId[]>;
}
