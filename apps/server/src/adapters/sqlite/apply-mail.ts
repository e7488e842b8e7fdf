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

type Origin = Pick<Delivery, 'room' | 'sender'>;

/** The writes of mailboxes and registers, each one step of a transaction. */
export function applyMail(db: DatabaseSync) {
  // Of rooms that the receiver joined, and that nobody joins without being let in.
  const known = `room IN (SELECT room FROM members JOIN rooms USING (room) WHERE inviter IS NULL
    AND identity = (SELECT identity FROM devices WHERE device = :device) AND kind <> ${roomKinds.indexOf('open')})`;
  const ofSender = `sender = :sender OR sender IN
    (SELECT device FROM devices WHERE identity = (SELECT identity FROM devices WHERE device = :sender))`;
  const count = db.prepare(
    `SELECT count(*) FILTER (WHERE ${ofSender}) AS own, count(*) FILTER (WHERE ${known}) AS known,
     count(*) FILTER (WHERE NOT ${known}) AS strange FROM deliveries WHERE device = :device`,
  );
  const isKnown = db.prepare(`SELECT 1 FROM (SELECT :room AS room) WHERE ${known}`);
  // As if this sender had one more already, as with invitations.
  const next = db.prepare(
    `SELECT min(number) AS oldest, max(${ofSender}) AS own FROM deliveries LEFT JOIN devices ON devices.device = sender
     WHERE deliveries.device = :device AND NOT ${known} GROUP BY coalesce(identity, sender)
     ORDER BY count(*) + max(${ofSender}) DESC, own DESC, oldest LIMIT 1`,
  );
  const giveWay = db.prepare('DELETE FROM deliveries WHERE number = ?');
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

  /** `crowded` is the part for rooms that the receiver never joined: strangers give way to each other there. SPEC [KY10]. */
  function space(device: DeviceId, { room, sender }: Origin, more: number): 'enough' | 'crowded' | 'none' {
    const between = { device: blob(device), sender: blob(sender) };
    const counts = count.get(between);
    if (number<number>(counts?.own) + more > limits.mailboxOfSender) return 'none';
    if (isKnown.get({ device: blob(device), room: blob(room) }) !== undefined)
      return number<number>(counts?.known) + more > limits.mailbox ? 'none' : 'enough';
    return number<number>(counts?.strange) + more > limits.mailboxOfStrangers ? 'crowded' : 'enough';
  }

  return {
    /** Whether so many more of this sender and room fit. */
    fits: (device: DeviceId, origin: Origin, more: number): boolean => space(device, origin, more) !== 'none',

    put(device: DeviceId, { id, room, sender, at, frame }: Delivery): 'kept' | 'full' {
      switch (space(device, { room, sender }, 1)) {
        case 'none':
          return 'full';
        case 'crowded': {
          const given = next.get({ device: blob(device), sender: blob(sender) });
          if (given !== undefined) giveWay.run(number(given.oldest));
        }
      }
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
