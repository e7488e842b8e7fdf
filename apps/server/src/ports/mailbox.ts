import type { Delivery, DeliveryId, DeviceId, Millis } from '@aurora/protocol';

export interface Waiting {
  /** Oldest first. */
  readonly deliveries: readonly Delivery[];
  readonly more: boolean;
}

/** Sealed deliveries, each for one device, kept until it has them. */
export interface Mailbox {
  /**
   * Durable before it resolves; `full` when `limits.mailboxOfSender` of this sender's identity wait already, or `limits.mailbox` of
   * rooms that the receiver joined. Of other rooms an older one gives way. SPEC [KY10].
   */
  put(device: DeviceId, delivery: Delivery): Promise<'kept' | 'full'>;
  waiting(device: DeviceId, limit: number, bytes: number): Promise<Waiting>;
  /** Forgets deliveries of this device; unknown ones are no error. */
  collect(device: DeviceId, deliveries: readonly DeliveryId[]): Promise<void>;
  /** Forgets what was put in before then. */
  expire(before: Millis): Promise<void>;
}
