import type { DatabaseSync } from 'node:sqlite';
import {
  type Delivery,
  type DeliveryId,
  type DeviceId,
  limits,
  type Millis,
  type Register,
  type RoomId,
  roomKinds,
} from '@aurora/protocol';
import { blob, number } from './blob.ts';

/** The writes of mailboxes and registers, each one step of a transaction. */
export function applyMail(db: DatabaseSync) {
  const count = db.prepare(
    'SELECT count(*) AS waiting, count(*) FILTER (WHERE sender = ?) AS own FROM deliveries WHERE device = ?',
  );
  const insert = db.prepare(
    'INSERT INTO deliveries (device, id, room, sender, at, frame) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM deliveries WHERE device = ? AND id = ?');
  const expire = db.prepare('DELETE FROM deliveries WHERE at < ?');
  const register = db.prepare(
    `INSERT OR REPLACE INTO registers SELECT :room, :kind, :sender, :at, :frame
     WHERE EXISTS (SELECT 1 FROM rooms WHERE room = :room AND kind = ${roomKinds.indexOf('open')})
     OR EXISTS (SELECT 1 FROM members JOIN devices USING (identity) WHERE room = :room AND device = :sender)`,
  );

  return {
    /** Whether so many more of this sender fit. */
    fits(device: DeviceId, sender: DeviceId, more: number): boolean {
      const counts = count.get(blob(sender), blob(device));
      return (
        number<number>(counts?.waiting) + more <= limits.mailbox &&
        number<number>(counts?.own) + more <= limits.mailboxOfSender
      );
    },

    put(device: DeviceId, { id, room, sender, at, frame }: Delivery): 'kept' | 'full' {
      const counts = count.get(blob(sender), blob(device));
      if (number(counts?.waiting) >= limits.mailbox || number(counts?.own) >= limits.mailboxOfSender)
        return 'full';
      insert.run(blob(device), blob(id), blob(room), blob(sender), at, frame);
      return 'kept';
    },

    collect(device: DeviceId, deliveries: readonly DeliveryId[]): void {
      for (const id of deliveries) remove.run(blob(device), blob(id));
    },

    expire(before: Millis): void {
      expire.run(before);
    },

    putRegister(room: RoomId, kind: number, { sender, at, frame }: Register): 'kept' | 'not_a_member' {
      const { changes } = register.run({ room: blob(room), kind, sender: blob(sender), at, frame });
      return number(changes) > 0 ? 'kept' : 'not_a_member';
    },
  };
}
