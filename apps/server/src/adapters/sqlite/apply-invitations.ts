import type { DatabaseSync } from 'node:sqlite';
import { type IdentityId, limits, type RoomId } from '@aurora/protocol';
import { blob, hex, number } from './blob.ts';

/**
 * Memberships that others made, and that nobody of their own accord came in by yet. Whoever makes them without end pushes out
 * their own first, so that a stranger can neither fill somebody's rooms nor keep others from inviting. SPEC [RM13].
 */
export function applyInvitations(db: DatabaseSync, leave: (room: RoomId, identity: IdentityId) => void) {
  const add = db.prepare('INSERT INTO members (identity, room, admin, inviter) VALUES (?, ?, 0, ?)');
  const count = db.prepare(
    `SELECT count(*) AS waiting, count(*) FILTER (WHERE inviter = ?) AS own FROM members
     WHERE identity = ? AND inviter IS NOT NULL`,
  );
  // As if this inviter had one more already: who has as many as anybody gives way first.
  const next = db.prepare(
    `SELECT room, min(number) AS oldest FROM members WHERE identity = :identity AND inviter IS NOT NULL
     GROUP BY inviter ORDER BY count(*) + (inviter = :inviter) DESC, inviter = :inviter DESC, oldest LIMIT 1`,
  );
  const forgetMail = db.prepare(
    'DELETE FROM deliveries WHERE room = ? AND device IN (SELECT device FROM devices WHERE identity = ?)',
  );

  return {
    /** Makes somebody a member who is none. */
    invite(room: RoomId, identity: IdentityId, inviter: IdentityId): void {
      const counts = count.get(blob(inviter), blob(identity));
      if (
        number(counts?.waiting) >= limits.invitations ||
        number(counts?.own) >= limits.invitationsOfInviter
      ) {
        const given = next.get({ identity: blob(identity), inviter: blob(inviter) });
        if (given !== undefined) {
          const gone = hex<RoomId>(given.room);
          leave(gone, identity);
          forgetMail.run(blob(gone), blob(identity));
        }
      }
      add.run(blob(identity), blob(room), blob(inviter));
    },
  };
}
