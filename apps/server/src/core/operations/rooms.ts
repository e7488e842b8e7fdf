import { hash } from 'node:crypto';
import {
  directRoomBytes,
  directRoomId,
  type IdentityId,
  isPrivateRoomId,
  type ReplyOf,
  RequestError,
  type RequestOf,
  type RoomId,
} from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Room } from '../room/room.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom, noSuchRoom, tooManyRooms } from './joined-room.ts';

/** SPEC [RM2]. */
function directRoom(one: IdentityId, other: IdentityId): RoomId {
  return directRoomId(new Uint8Array(hash('sha256', directRoomBytes(one, other), 'buffer')));
}

/** Counts a room that is new to somebody. */
async function countRoom({ ports, rates }: Context, { identity, device }: Account, room: RoomId) {
  if (!(await ports.members.has(room, identity))) rates.countRoom(device, ports.clock.elapsed());
}

async function headOf({ rooms }: Context, room: RoomId): Promise<ReplyOf<'create_room'>> {
  const head = await rooms.head(room);
  if (head === undefined) throw noSuchRoom();
  return head;
}

export async function createRoom(
  context: Context,
  who: Account,
  { room }: RequestOf<'create_room'>,
): Promise<ReplyOf<'create_room'>> {
  // Under such an id somebody would take the room of two people before they open it.
  if (!isPrivateRoomId(room)) throw new RequestError('bad_request', 'This id is of a room of two people.');
  await countRoom(context, who, room);
  switch (await context.ports.privateRooms.create(room, who.identity)) {
    case 'open':
      return headOf(context, room);
    case 'taken':
      throw new RequestError('bad_request', 'This room exists already. Make another with a new id.');
    case 'gone':
      throw new RequestError('unauthenticated', 'You have signed out. Sign in anew.');
    case 'too_many':
      throw tooManyRooms();
  }
}

export async function openDirect(
  context: Context,
  who: Account,
  { with: other }: RequestOf<'open_direct'>,
): Promise<ReplyOf<'open_direct'>> {
  const nobody = new RequestError('no_such_person', 'They have signed out for good, or never were here.');
  if (other === who.identity) throw nobody;
  const room = directRoom(who.identity, other);
  await countRoom(context, who, room);
  switch (await context.ports.privateRooms.openDirect(room, who.identity, other)) {
    case 'open':
      return headOf(context, room);
    case 'gone':
      throw nobody;
    case 'taken':
      throw new RequestError('bad_request', 'Somebody made another room in place of yours.');
    case 'too_many':
      throw tooManyRooms();
    case 'other_full':
      throw new RequestError('too_large', 'They are in too many conversations already.');
  }
}

export async function leave(
  context: Context,
  session: Session,
  { identity }: Account,
  { room: id }: RequestOf<'leave'>,
): Promise<ReplyOf<'leave'>> {
  const room = await context.rooms.open(id);
  if (room === undefined) throw noSuchRoom();
  if (room.hub.head.kind === 'open') throw new RequestError('bad_request', 'An open room cannot be left.');
  await context.ports.privateRooms.leave(id, identity);
  shutOut(context, room, identity, session);
  return {};
}

/** Takes an identity's sessions and tickets out of a room at once, and tells them, but for the one that asked for it. */
export function shutOut(
  { tickets }: Context,
  room: Room,
  identity: IdentityId,
  asker: Session | null = null,
): void {
  tickets.revoke({ identity, room: room.id });
  for (const session of room.sessionsOf(identity)) {
    if (session.account === undefined) continue;
    session.rooms = session.rooms.filter((other) => other !== room);
    room.leave(session, session.account);
    if (session !== asker) session.tell({ type: 'removed', room: room.id });
  }
  room.presence.retire(identity);
}

export function members(
  context: Context,
  session: Session,
  { room: id }: RequestOf<'members'>,
): Promise<ReplyOf<'members'>> {
  return inRoom(context, session, id, async (room) => {
    if (room.hub.head.kind === 'open')
      throw new RequestError('bad_request', 'Who is in an open room is asked for by its people.');
    return { members: [...(await context.ports.privateRooms.members(id))] };
  });
}
