import type { IdentityId, RoomId } from '@aurora/protocol';

/** Which identities belong to which rooms, whether they are here or not. */
export interface Members {
  /** Makes a membership that lasts; durable, and no error when it exists. */
  add(room: RoomId, identity: IdentityId): Promise<void>;
  has(room: RoomId, identity: IdentityId): Promise<boolean>;
  rooms(identity: IdentityId): Promise<readonly RoomId[]>;
}
