import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import {
  type DeviceId,
  directRoomBytes,
  directRoomId,
  type IdentityId,
  limits,
  type RoomId,
  type RoomKind,
  roomKinds,
} from '@aurora/protocol';
import type { Draft } from '../../ports/log.ts';
import type { Joined } from '../../ports/members.ts';
import type { Committed, Created, MembershipChange, OpenedDirect } from '../../ports/private-rooms.ts';
import { applyInvitations } from './apply-invitations.ts';
import type { LogApplier } from './apply-log.ts';
import type { applyMail } from './apply-mail.ts';
import { blob, hex, number } from './blob.ts';

type Mail = ReturnType<typeof applyMail>;

/** The writes of rooms that one is let into, each one step of a transaction: all is checked before anything is changed. */
export function applyRooms(db: DatabaseSync, log: LogApplier, mail: Mail) {
  const insertRoom = db.prepare('INSERT INTO rooms (room, kind, seq, epoch, at) VALUES (?, ?, 0, 0, 0)');
  const findMember = db.prepare('SELECT admin FROM members WHERE identity = ? AND room = ?');
  const addMember = db.prepare(
    `INSERT INTO members (identity, room, admin) VALUES (?, ?, ?)
     ON CONFLICT (identity, room) DO UPDATE SET inviter = NULL`,
  );
  const removeMember = db.prepare('DELETE FROM members WHERE identity = ? AND room = ?');
  const forgetRegisters = db.prepare(
    'DELETE FROM registers WHERE room = ? AND sender IN (SELECT device FROM devices WHERE identity = ?)',
  );
  const countMembers = db.prepare('SELECT count(*) AS members FROM members WHERE room = ?');
  const isJoined = db.prepare('SELECT 1 FROM members WHERE identity = ? AND room = ? AND inviter IS NULL');
  const countRooms = db.prepare(
    'SELECT count(*) AS rooms FROM members WHERE identity = ? AND inviter IS NULL',
  );
  const setAdmins = db.prepare('UPDATE members SET admin = 0 WHERE room = ?');
  const setAdmin = db.prepare('UPDATE members SET admin = 1 WHERE room = ? AND identity = ?');
  const crown = db.prepare(
    `UPDATE members SET admin = 1 WHERE number = (SELECT min(number) FROM members WHERE room = :room)
     AND NOT EXISTS (SELECT 1 FROM members WHERE room = :room AND admin = 1)`,
  );
  const isAlive = db.prepare('SELECT 1 FROM identities WHERE identity = ?');
  const findOwner = db.prepare(
    'SELECT devices.identity FROM devices JOIN identities USING (identity) WHERE device = ?',
  );
  const dropKnock = db.prepare('DELETE FROM knocks WHERE room = ? AND device = ?');

  const isMember = (room: RoomId, identity: IdentityId) =>
    findMember.get(blob(identity), blob(room)) !== undefined;
  const isAdmin = (room: RoomId, identity: IdentityId) =>
    findMember.get(blob(identity), blob(room))?.admin === 1;

  /** In as many rooms of their own accord as the answer to `auth` can name: what others make does not count. */
  const isEverywhere = (identity: IdentityId) =>
    number<number>(countRooms.get(blob(identity))?.rooms) >= limits.rooms;
  const hasJoined = (room: RoomId, identity: IdentityId) =>
    isJoined.get(blob(identity), blob(room)) !== undefined;
  const isGone = (identity: IdentityId) => isAlive.get(blob(identity)) === undefined;

  function ownerOf(device: DeviceId): IdentityId | undefined {
    const row = findOwner.get(blob(device));
    return row && hex(row.identity);
  }

  function makeRoom(room: RoomId, kind: RoomKind): void {
    insertRoom.run(blob(room), roomKinds.indexOf(kind));
    log.forgetRoom(room);
  }

  function leave(room: RoomId, identity: IdentityId): void {
    removeMember.run(blob(identity), blob(room));
    forgetRegisters.run(blob(room), blob(identity));
    if (log.kindOf(room) === 'private') crown.run({ room: blob(room) });
  }

  const { invite } = applyInvitations(db, leave);

  /** Why a change may not be made; null when it may. */
  function fault(
    draft: Draft,
    { welcomes, remove, admins }: MembershipChange,
    owners: Map<DeviceId, IdentityId>,
  ) {
    const { room, sender, identity } = draft;
    const direct = log.kindOf(room) === 'direct';
    const present = new Set(remove.filter((one) => isMember(room, one)));
    const newcomers = new Set([...owners.values()].filter((one) => !isMember(room, one) || present.has(one)));
    if (direct && (remove.length > 0 || admins !== null)) return 'not_allowed';
    if (direct && [...owners.values()].some((one) => !isRoomOf(room, identity, one))) return 'not_allowed';
    if (remove.includes(identity)) return 'not_allowed';
    if ((present.size > 0 || admins !== null) && !isAdmin(room, identity)) return 'not_allowed';
    const stays = (one: IdentityId) => newcomers.has(one) || (isMember(room, one) && !present.has(one));
    if (admins !== null && (admins.length === 0 || !admins.every(stays))) return 'bad_admins';
    const members = number<number>(countMembers.get(blob(room))?.members);
    if (members + newcomers.size - present.size > limits.members) return 'room_full';
    if ([...newcomers].some((one) => !present.has(one) && isEverywhere(one))) return 'other_full';
    for (const device of owners.keys()) {
      const count = welcomes.filter((one) => one.device === device).length;
      if (!mail.fits(device, { room, sender }, count)) return 'mailbox_full';
    }
    return null;
  }

  return {
    leave,
    crown: (room: RoomId) => void crown.run({ room: blob(room) }),

    join(room: RoomId, identity: IdentityId): Joined {
      if (log.kindOf(room) !== 'open' && !isMember(room, identity)) return 'not_a_member';
      if (hasJoined(room, identity)) return 'joined';
      if (isEverywhere(identity)) return 'too_many';
      addMember.run(blob(identity), blob(room), 0);
      return 'joined';
    },

    create(room: RoomId, identity: IdentityId): Created {
      if (isGone(identity)) return 'gone';
      const kind = log.kindOf(room);
      if (kind !== undefined) return kind === 'private' && isMember(room, identity) ? 'open' : 'taken';
      if (isEverywhere(identity)) return 'too_many';
      makeRoom(room, 'private');
      addMember.run(blob(identity), blob(room), 1);
      return 'open';
    },

    openDirect(room: RoomId, identity: IdentityId, other: IdentityId): OpenedDirect {
      if (isGone(identity) || isGone(other)) return 'gone';
      const kind = log.kindOf(room);
      if (kind !== undefined && kind !== 'direct') return 'taken';
      if (!hasJoined(room, identity) && isEverywhere(identity)) return 'too_many';
      if (!isMember(room, other) && isEverywhere(other)) return 'other_full';
      if (kind === undefined) makeRoom(room, 'direct');
      addMember.run(blob(identity), blob(room), 0);
      if (!isMember(room, other)) invite(room, other, identity);
      return 'open';
    },

    commit(draft: Draft, change: MembershipChange): Committed {
      const judged = log.judge(draft);
      if (judged !== null) return judged;
      const { room } = draft;
      const owners = new Map<DeviceId, IdentityId>();
      for (const { device } of change.welcomes) {
        const owner = ownerOf(device);
        if (owner === undefined) return { status: 'no_such_device' };
        owners.set(device, owner);
      }
      const status = fault(draft, change, owners);
      if (status !== null) return { status };
      const added = log.add(draft);
      if (added.status !== 'appended') return added;
      for (const one of change.remove) leave(room, one);
      for (const [device, owner] of owners) {
        if (!isMember(room, owner)) invite(room, owner, draft.identity);
        dropKnock.run(blob(room), blob(device));
      }
      for (const { device, delivery } of change.welcomes) mail.put(device, delivery);
      if (change.admins !== null) {
        setAdmins.run(blob(room));
        for (const admin of change.admins) setAdmin.run(blob(room), blob(admin));
      }
      return added;
    },
  };
}

/** Whether the id of a direct room is made of these two. SPEC [RM2]. */
function isRoomOf(room: RoomId, one: IdentityId, other: IdentityId): boolean {
  return (
    one === other ||
    directRoomId(new Uint8Array(hash('sha256', directRoomBytes(one, other), 'buffer'))) === room
  );
}
