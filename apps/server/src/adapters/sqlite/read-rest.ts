import type { DatabaseSync } from 'node:sqlite';
import {
  type BlobId,
  credentialShape,
  type Delivery,
  type DeviceId,
  decode,
  type IdentityId,
  type Knock,
  limits,
  type Membership,
  type RoomId,
} from '@aurora/protocol';
import type { BlobRecord } from '../../ports/blob-records.ts';
import type { Listing, Looks } from '../../ports/directory.ts';
import type { KnockPage } from '../../ports/knocks.ts';
import type { Waiting } from '../../ports/mailbox.ts';
import type { RegisterPage } from '../../ports/registers.ts';
import { blob, bytes, hex, number } from './blob.ts';
import { recordOf } from './blob-row.ts';

const NOTHING = new Uint8Array(0);

/** The reads of directory, memberships, mailboxes and registers, on the main thread's own connection. */
export function readRest(db: DatabaseSync) {
  const findDevice = db.prepare(
    'SELECT devices.identity, credential, seen FROM devices LEFT JOIN identities USING (identity) WHERE device = ?',
  );
  const findLook = db.prepare('SELECT 1 FROM identities WHERE folded = ? OR as_written = ?');
  // What somebody joined comes before what others made, of which the newest are the likeliest to be heard of yet.
  const rooms = db.prepare(
    `SELECT room FROM members WHERE identity = ?
     ORDER BY inviter IS NOT NULL, CASE WHEN inviter IS NULL THEN number ELSE -number END`,
  );
  const member = db.prepare('SELECT 1 FROM members WHERE identity = ? AND room = ?');
  const joined = db.prepare('SELECT 1 FROM members WHERE identity = ? AND room = ? AND inviter IS NULL');
  const deliveries = db.prepare('SELECT * FROM deliveries WHERE device = ? ORDER BY number LIMIT ?');
  const registers = db.prepare(
    'SELECT sender, at, frame FROM registers WHERE room = ? AND kind = ? AND sender > ? ORDER BY sender LIMIT ?',
  );

  const members = db.prepare('SELECT identity, admin FROM members WHERE room = ? ORDER BY number LIMIT ?');
  const knockOf = db.prepare('SELECT number FROM knocks WHERE room = ? AND device = ?');
  const knocks = db.prepare(
    'SELECT device, at, frame FROM knocks WHERE room = ? AND number > ? ORDER BY number LIMIT ?',
  );
  const blobRecord = db.prepare('SELECT * FROM blobs WHERE blob = ? AND gone = 0');

  return {
    blobRecord(id: BlobId): BlobRecord | undefined {
      const row = blobRecord.get(blob(id));
      return row && recordOf(row);
    },

    members(room: RoomId): Membership[] {
      const rows = members.all(blob(room), limits.members);
      return rows.map((row) => ({ identity: hex<IdentityId>(row.identity), admin: row.admin === 1 }));
    },

    knocks(room: RoomId, after: DeviceId | null, limit: number): KnockPage {
      const last = after === null ? undefined : knockOf.get(blob(room), blob(after));
      const rows = knocks.all(blob(room), last === undefined ? 0 : number(last.number), limit + 1);
      const page = rows.slice(0, limit).map((row) => ({
        device: hex<DeviceId>(row.device),
        at: number<Knock['at']>(row.at),
        frame: bytes(row.frame),
      }));
      return { knocks: page, more: rows.length > limit };
    },

    find(devices: readonly DeviceId[]): Listing[] {
      return devices.flatMap((device) => {
        const row = findDevice.get(blob(device));
        if (row === undefined) return [];
        const credential = decode(credentialShape, bytes(row.credential));
        const seen = row.seen === null ? undefined : number<NonNullable<Listing['seen']>>(row.seen);
        return [{ device, identity: hex<IdentityId>(row.identity), credential, seen }];
      });
    },

    free(looks: readonly Looks[]): number[] {
      return looks.flatMap((look, index) => (findLook.get(...look) === undefined ? [index] : []));
    },

    isMember(room: RoomId, identity: IdentityId): boolean {
      return member.get(blob(identity), blob(room)) !== undefined;
    },

    hasJoined(room: RoomId, identity: IdentityId): boolean {
      return joined.get(blob(identity), blob(room)) !== undefined;
    },

    rooms(identity: IdentityId): RoomId[] {
      return rooms.all(blob(identity)).map((row) => hex(row.room));
    },

    waiting(device: DeviceId, limit: number, size: number): Waiting {
      const waiting: Delivery[] = [];
      let left = size;
      for (const row of deliveries.iterate(blob(device), limit + 1)) {
        const frame = bytes(row.frame);
        left -= frame.length;
        if (waiting.length === limit || (waiting.length > 0 && left < 0))
          return { deliveries: waiting, more: true };
        waiting.push({
          id: hex(row.id),
          room: hex(row.room),
          sender: hex(row.sender),
          at: number(row.at),
          frame,
        });
      }
      return { deliveries: waiting, more: false };
    },

    registers(room: RoomId, kind: number, after: DeviceId | null, limit: number): RegisterPage {
      const from = after === null ? NOTHING : blob(after);
      const rows = registers.all(blob(room), kind, from, limit + 1);
      const page = rows.slice(0, limit).map((row) => ({
        sender: hex<DeviceId>(row.sender),
        at: number<Delivery['at']>(row.at),
        frame: bytes(row.frame),
      }));
      return { registers: page, more: rows.length > limit };
    },
  };
}
