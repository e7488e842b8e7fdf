import type { Delivery, DeviceId, IdentityId, Membership, RoomId } from '@aurora/protocol';
import type { Appended, Draft } from './log.ts';

/** What a commit changes beside the log. */
export interface MembershipChange {
  /** Sealed welcomes; whoever's device one is for becomes a member. */
  readonly welcomes: readonly { readonly device: DeviceId; readonly delivery: Delivery }[];
  readonly remove: readonly IdentityId[];
  /** Who may remove others from now on; null leaves that. */
  readonly admins: readonly IdentityId[] | null;
}

export type Created =
  | 'open'
  /** The id is another room's. */
  | 'taken'
  /** The asker has signed out. */
  | 'gone'
  /** The asker has joined `limits.rooms` rooms. */
  | 'too_many';

export type OpenedDirect =
  | 'open'
  /** The asker has joined `limits.rooms` rooms. */
  | 'too_many'
  /** One of the two has signed out or never was. */
  | 'gone'
  | 'other_full'
  /** Somebody made another kind of room under this id. */
  | 'taken';

export type Committed =
  | Exclude<Appended, { status: 'not_a_member' }>
  /** The committer is no member, or no longer. */
  | { readonly status: 'not_a_member' }
  /** Not an admin, or something that this kind of room does not have. */
  | { readonly status: 'not_allowed' }
  /** An admin that is no member, or none at all. */
  | { readonly status: 'bad_admins' }
  | { readonly status: 'room_full' }
  /** Somebody who was to be let in has joined `limits.rooms` rooms. */
  | { readonly status: 'other_full' }
  | { readonly status: 'no_such_device' }
  | { readonly status: 'mailbox_full' };

/** Rooms that one is let into. All verbs that write are durable before they resolve. */
export interface PrivateRooms {
  /** Makes a private room whose only member and admin this is. */
  create(room: RoomId, identity: IdentityId): Promise<Created>;
  /** Makes the room of two people if need be, and both members of it, the other by invitation. */
  openDirect(room: RoomId, identity: IdentityId, other: IdentityId): Promise<OpenedDirect>;
  /** A commit with the memberships and the mail that go with it, in one transaction by the rules of `Log.append`. */
  commit(draft: Draft, change: MembershipChange): Promise<Committed>;
  /** Ends a membership and what it kept in the room; if no admin remains, the longest-standing member becomes one. */
  leave(room: RoomId, identity: IdentityId): Promise<void>;
  /** In the order of joining. */
  members(room: RoomId): Promise<readonly Membership[]>;
}
