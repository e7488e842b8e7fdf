import type { DeviceId, Register, RoomId } from '@aurora/protocol';

export interface RegisterPage {
  /** By sender. */
  readonly registers: readonly Register[];
  readonly more: boolean;
}

/** The latest value of each device, room and kind. */
export interface Registers {
  /**
   * Replaces the value; durable. Puts take effect in the order of the calls; that of somebody who is no member, or no
   * longer, of a room that is not open has none.
   */
  put(room: RoomId, kind: number, register: Register): Promise<'kept' | 'not_a_member'>;
  page(room: RoomId, kind: number, after: DeviceId | null, limit: number): Promise<RegisterPage>;
}
