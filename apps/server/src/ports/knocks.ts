import type { Delivery, DeviceId, Knock, Millis, RoomId } from '@aurora/protocol';

export interface KnockPage {
  readonly knocks: readonly Knock[];
  readonly more: boolean;
}

/** Devices that wait at rooms to be let in. All verbs that write are durable before they resolve. */
export interface Knocks {
  /** Replaces an earlier one of the device; `full` when `limits.knocks` wait at the room. */
  put(room: RoomId, knock: Knock): Promise<'kept' | 'full'>;
  /** Forgets one; no error when there is none. */
  drop(room: RoomId, device: DeviceId): Promise<void>;
  /** The longest waiting first, after that of a device; from the first when that one has gone. */
  page(room: RoomId, after: DeviceId | null, limit: number): Promise<KnockPage>;
  /** Forgets one and puts something into its device's mailbox, both or neither. */
  dismiss(room: RoomId, device: DeviceId, delivery: Delivery): Promise<'dismissed' | 'none' | 'full'>;
  /** Forgets those from before then. */
  expire(before: Millis): Promise<void>;
}
