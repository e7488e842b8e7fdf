import type { DatabaseSync } from 'node:sqlite';
import {
  type Bytes,
  type Delivery,
  type DeviceId,
  type IdentityId,
  type Knock,
  limits,
  type Millis,
  type RoomId,
} from '@aurora/protocol';
import type { Taken } from '../../ports/key-packages.ts';
import type { applyMail } from './apply-mail.ts';
import { blob, bytes, hex, number } from './blob.ts';

/** The writes of key packages and knocks, each one step of a transaction. */
export function applyWaiting(db: DatabaseSync, mail: ReturnType<typeof applyMail>) {
  const insertPackage = db.prepare(
    'INSERT INTO key_packages (device, last_resort, package) VALUES (?, ?, ?)',
  );
  const dropLastResort = db.prepare('DELETE FROM key_packages WHERE device = ? AND last_resort = 1');
  const trim = db.prepare(
    `DELETE FROM key_packages WHERE number IN (SELECT number FROM key_packages WHERE device = ? AND last_resort = 0
     ORDER BY number DESC LIMIT -1 OFFSET ${limits.keyPackages})`,
  );
  const count = db.prepare(
    'SELECT count(*) AS waiting FROM key_packages WHERE device = ? AND last_resort = 0',
  );
  const isAlive = db.prepare('SELECT 1 FROM identities WHERE identity = ?');
  const devicesOf = db.prepare(
    `SELECT device FROM devices WHERE identity = ? AND EXISTS
     (SELECT 1 FROM key_packages WHERE key_packages.device = devices.device) LIMIT ?`,
  );
  const next = db.prepare(
    'SELECT number, last_resort, package FROM key_packages WHERE device = ? ORDER BY last_resort, number LIMIT 1',
  );
  const dropPackage = db.prepare('DELETE FROM key_packages WHERE number = ?');
  const findKnock = db.prepare('SELECT 1 FROM knocks WHERE room = ? AND device = ?');
  const countKnocks = db.prepare('SELECT count(*) AS waiting FROM knocks WHERE room = ?');
  const dropKnock = db.prepare('DELETE FROM knocks WHERE room = ? AND device = ?');
  // Whoever knocks again keeps the place in the line: who asks for those after them would else miss all the others.
  const putKnock = db.prepare(
    `INSERT INTO knocks (room, device, at, frame) VALUES (?, ?, ?, ?)
     ON CONFLICT (room, device) DO UPDATE SET at = excluded.at, frame = excluded.frame`,
  );
  const expireKnocks = db.prepare('DELETE FROM knocks WHERE at < ?');

  return {
    publish(device: DeviceId, packages: readonly Bytes[], lastResort: Bytes | null): number {
      for (const one of packages) insertPackage.run(blob(device), 0, one);
      if (packages.length > 0) trim.run(blob(device));
      if (lastResort !== null) {
        dropLastResort.run(blob(device));
        insertPackage.run(blob(device), 1, lastResort);
      }
      return number(count.get(blob(device))?.waiting);
    },

    take(identities: readonly IdentityId[]): Taken {
      const packages: Taken['packages'][number][] = [];
      const gone = identities.filter((identity) => isAlive.get(blob(identity)) === undefined);
      for (const identity of identities) {
        if (gone.includes(identity)) continue;
        for (const row of devicesOf.all(blob(identity), limits.welcomes - packages.length)) {
          const device = hex<DeviceId>(row.device);
          const found = next.get(blob(device));
          if (found === undefined) continue;
          if (found.last_resort === 0) dropPackage.run(number(found.number));
          packages.push({ identity, device, package: bytes(found.package) });
        }
      }
      return { packages, gone };
    },

    knock(room: RoomId, { device, at, frame }: Knock): 'kept' | 'full' {
      const known = findKnock.get(blob(room), blob(device)) !== undefined;
      if (!known && number<number>(countKnocks.get(blob(room))?.waiting) >= limits.knocks) return 'full';
      putKnock.run(blob(room), blob(device), at, frame);
      return 'kept';
    },

    drop(room: RoomId, device: DeviceId): void {
      dropKnock.run(blob(room), blob(device));
    },

    dismiss(room: RoomId, device: DeviceId, delivery: Delivery): 'dismissed' | 'none' | 'full' {
      if (findKnock.get(blob(room), blob(device)) === undefined) return 'none';
      if (mail.put(device, delivery) === 'full') return 'full';
      dropKnock.run(blob(room), blob(device));
      return 'dismissed';
    },

    expire(before: Millis): void {
      expireKnocks.run(before);
    },
  };
}
