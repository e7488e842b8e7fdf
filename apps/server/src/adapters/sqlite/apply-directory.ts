import type { DatabaseSync } from 'node:sqlite';
import { credentialShape, decode, encode, type IdentityId, type RoomId } from '@aurora/protocol';
import type { Claim, Claimed, Stale } from '../../ports/directory.ts';
import { sameClaims } from '../../ports/same-claims.ts';
import { blob, bytes, hex } from './blob.ts';

/** The directory's writes, each one step of a transaction. */
export function applyDirectory(db: DatabaseSync, leave: (room: RoomId, identity: IdentityId) => void) {
  const findDevice = db.prepare('SELECT identity, credential, spoke FROM devices WHERE device = ?');
  const findIdentity = db.prepare('SELECT nickname FROM identities WHERE identity = ?');
  const findLook = db.prepare('SELECT 1 FROM identities WHERE folded = ? OR as_written = ?');
  const insertIdentity = db.prepare('INSERT INTO identities VALUES (?, ?, ?, ?, ?)');
  const setSeen = db.prepare('UPDATE identities SET seen = ? WHERE identity = ?');
  const putDevice = db.prepare(
    `INSERT INTO devices VALUES (?, ?, ?, 0)
     ON CONFLICT (device) DO UPDATE SET credential = excluded.credential WHERE spoke = 0`,
  );
  const findStale = db.prepare(
    `SELECT identity FROM identities WHERE seen < ? AND NOT EXISTS
     (SELECT 1 FROM devices WHERE devices.identity = identities.identity AND spoke = 1)`,
  );
  const mine = 'IN (SELECT device FROM devices WHERE identity = ?)';
  const forgetting = [
    `DELETE FROM deliveries WHERE device ${mine}`,
    `DELETE FROM registers WHERE sender ${mine}`,
    `DELETE FROM key_packages WHERE device ${mine}`,
    `DELETE FROM knocks WHERE device ${mine}`,
    'UPDATE blobs SET gone = 1 WHERE owner = ? AND named = 0',
    'DELETE FROM members WHERE identity = ?',
    'DELETE FROM devices WHERE identity = ? AND spoke = 0',
    'DELETE FROM identities WHERE identity = ?',
  ].map((sql) => db.prepare(sql));

  const roomsOf = db.prepare('SELECT room FROM members WHERE identity = ?');

  function retire(identity: IdentityId): void {
    for (const { room } of roomsOf.all(blob(identity))) leave(hex(room), identity);
    for (const statement of forgetting) statement.run(blob(identity));
  }

  return {
    retire,

    claim({ identity, device, credential, looks, at }: Claim): Claimed {
      const owner = findDevice.get(blob(device));
      if (owner !== undefined && hex(owner.identity) !== identity) return { status: 'foreign' };
      if (owner?.spoke === 1) {
        const lasting = decode(credentialShape, bytes(owner.credential));
        if (!sameClaims(lasting, credential)) return { status: 'fixed' };
      }
      const named = findIdentity.get(blob(identity));
      if (named === undefined) {
        if (findLook.get(...looks) !== undefined) return { status: 'taken' };
        insertIdentity.run(blob(identity), credential.nickname, ...looks, at);
      } else if (named.nickname !== credential.nickname) {
        return { status: 'named', nickname: String(named.nickname) };
      } else {
        setSeen.run(at, blob(identity));
      }
      putDevice.run(blob(device), blob(identity), encode(credentialShape, credential));
      return { status: 'claimed' };
    },

    release({ before, present }: Stale): number {
      const here = new Set<string>(present);
      const stale = findStale.all(before).map((row) => hex<IdentityId>(row.identity));
      const gone = stale.filter((identity) => !here.has(identity));
      for (const identity of gone) retire(identity);
      return gone.length;
    },
  };
}
