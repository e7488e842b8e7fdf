import type { Bytes, CloseReason, DeviceId, IdentityId, RoomId } from '@aurora/protocol';
import type { SessionBuckets } from '../rate/rates.ts';

/** Who a session is, once proved. */
export interface Account {
  readonly device: DeviceId;
  readonly identity: IdentityId;
  readonly nickname: string;
  /** The rooms that it was known to be a member of; another session of the identity may have joined more. */
  readonly memberships: readonly RoomId[];
}

/** A session's life, in this order. */
export type SessionState =
  /** Waiting for `auth`; `busy` while one is being checked, since a nonce serves one at a time. */
  | { readonly status: 'greeting'; readonly nonce: Bytes; readonly busy: boolean; readonly tries: number }
  | { readonly status: 'authenticated'; readonly account: Account; readonly buckets: SessionBuckets }
  | { readonly status: 'closing'; readonly reason: CloseReason | 'lost' };
