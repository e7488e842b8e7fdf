import type {
  BlobId,
  Bytes,
  Delivery,
  DeliveryId,
  DeviceId,
  IdentityId,
  Knock,
  Millis,
  Register,
  RoomId,
} from '@aurora/protocol';
import type { Condemned, NewBlob, OpenedBlob } from '../../ports/blob-records.ts';
import type { Claim, Claimed, Stale } from '../../ports/directory.ts';
import type { Taken } from '../../ports/key-packages.ts';
import type { Appended, Draft } from '../../ports/log.ts';
import type { Joined } from '../../ports/members.ts';
import type { Committed, Created, MembershipChange, OpenedDirect } from '../../ports/private-rooms.ts';
import type { StorageFault } from '../../ports/storage-error.ts';

/** One thing for the writer thread to do. */
export type Command =
  | { readonly type: 'append'; readonly draft: Draft }
  | { readonly type: 'claim'; readonly claim: Claim }
  | { readonly type: 'retire'; readonly identity: IdentityId }
  | { readonly type: 'release'; readonly stale: Stale }
  | { readonly type: 'add_member'; readonly room: RoomId; readonly identity: IdentityId }
  | { readonly type: 'put_delivery'; readonly device: DeviceId; readonly delivery: Delivery }
  | { readonly type: 'collect'; readonly device: DeviceId; readonly deliveries: readonly DeliveryId[] }
  | { readonly type: 'expire'; readonly before: Millis }
  | { readonly type: 'create_room'; readonly room: RoomId; readonly identity: IdentityId }
  | {
      readonly type: 'open_direct';
      readonly room: RoomId;
      readonly identity: IdentityId;
      readonly other: IdentityId;
    }
  | { readonly type: 'commit'; readonly draft: Draft; readonly change: MembershipChange }
  | { readonly type: 'leave'; readonly room: RoomId; readonly identity: IdentityId }
  | {
      readonly type: 'publish_key_packages';
      readonly device: DeviceId;
      readonly packages: readonly Bytes[];
      readonly lastResort: Bytes | null;
    }
  | { readonly type: 'take_key_packages'; readonly identities: readonly IdentityId[] }
  | { readonly type: 'put_knock'; readonly room: RoomId; readonly knock: Knock }
  | { readonly type: 'drop_knock'; readonly room: RoomId; readonly device: DeviceId }
  | {
      readonly type: 'dismiss_knock';
      readonly room: RoomId;
      readonly device: DeviceId;
      readonly delivery: Delivery;
    }
  | { readonly type: 'expire_knocks'; readonly before: Millis }
  | { readonly type: 'open_blob'; readonly blob: NewBlob }
  | { readonly type: 'complete_blob'; readonly blob: BlobId }
  | { readonly type: 'condemn_blobs'; readonly which: Condemned }
  | { readonly type: 'forget_blobs'; readonly blobs: readonly BlobId[] }
  | {
      readonly type: 'put_register';
      readonly room: RoomId;
      readonly kind: number;
      readonly register: Register;
    };

/** What came of it, by the command's type. */
export type Outcome =
  | { readonly type: 'append'; readonly value: Appended }
  | { readonly type: 'claim'; readonly value: Claimed }
  | { readonly type: 'release'; readonly value: number }
  | { readonly type: 'add_member'; readonly value: Joined }
  | { readonly type: 'put_delivery'; readonly value: 'kept' | 'full' }
  | { readonly type: 'create_room'; readonly value: Created }
  | { readonly type: 'open_direct'; readonly value: OpenedDirect }
  | { readonly type: 'commit'; readonly value: Committed }
  | { readonly type: 'publish_key_packages'; readonly value: number }
  | { readonly type: 'take_key_packages'; readonly value: Taken }
  | { readonly type: 'put_knock'; readonly value: 'kept' | 'full' }
  | { readonly type: 'dismiss_knock'; readonly value: 'dismissed' | 'none' | 'full' }
  | { readonly type: 'open_blob'; readonly value: OpenedBlob }
  | { readonly type: 'complete_blob'; readonly value: boolean }
  | { readonly type: 'condemn_blobs'; readonly value: readonly BlobId[] }
  | { readonly type: 'put_register'; readonly value: 'kept' | 'not_a_member' }
  | { readonly type: 'done' };

/** What the main thread posts: everything gathered while the last commit was under way. */
export type ToWriter =
  | { readonly type: 'commit'; readonly commands: readonly Command[] }
  | { readonly type: 'close' };

/** One transaction for them all: all stand on disk, or none does. */
export type FromWriter =
  | { readonly type: 'committed'; readonly outcomes: readonly Outcome[] }
  | { readonly type: 'failed'; readonly fault: StorageFault; readonly reason: string }
  | { readonly type: 'closed' };
