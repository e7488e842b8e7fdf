import { hash } from 'node:crypto';
import {
  directRoomBytes,
  ID_BYTES,
  type IdentityId,
  limits,
  type ReplyOf,
  RequestError,
  type RequestOf,
  type RoomId,
} from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Room } from '../room/room.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom, noSuchRoom } from './joined-room.ts';

/** SPEC [RM2]. */
function directRoom(one: IdentityId, other: IdentityId): RoomId {
  return hash('sha256', directRoomBytes(one, other), 'hex').slice(0, ID_BYTES * 2) as RoomId;
}

/** Counts a room that is new to somebody, and refuses one that is too many. Nothing of an identity that goes is kept. */
async function countRoom(context: Context, session: Session, { identity, device }: Account): Promise<void> {
  const rooms = await context.ports.members.rooms(identity);
  if (rooms.length >= limits.rooms)
    throw new RequestError(
      'too_large',
      `You are in ${limits.rooms} rooms, which is the most. Leave one first.`,
    );
  context.rates.countRoom(device, context.ports.clock.elapsed());
  if (session.account === undefined || context.retirements.has(identity))
    throw new RequestError('unauthenticated', 'You have signed out.');
}

async function headOf({ rooms }: Context, room: RoomId): Promise<ReplyOf<'create_room'>> {
  const opened = await rooms.open(room);
  if (opened === undefined) throw noSuchRoom();
  return opened.hub.head;
}

export async function createRoom(
  context: Context,
  session: Session,
  who: Account,
  { room }: RequestOf<'create_room'>,
): Promise<ReplyOf<'create_room'>> {
  const { members, privateRooms } = context.ports;
  if (!(await members.rooms(who.identity)).includes(room)) await countRoom(context, session, who);
  if ((await privateRooms.create(room, who.identity)) === 'taken')
    throw new RequestError('bad_request', 'This room exists already. Make another with a new id.');
  return headOf(context, room);
}

export async function openDirect(
  context: Context,
  session: Session,
  who: Account,
  { with: other }: RequestOf<'open_direct'>,
): Promise<ReplyOf<'open_direct'>> {
  const { members, privateRooms } = context.ports;
  const nobody = new RequestError('no_such_person', 'They have signed out for good, or never were here.');
  if (other === who.identity) throw nobody;
  const room = directRoom(who.identity, other);
  if (!(await members.rooms(who.identity)).includes(room)) await countRoom(context, session, who);
  switch (await privateRooms.openDirect(room, who.identity, other)) {
    case 'open':
      return headOf(context, room);
    case 'gone':
      throw nobody;
    case 'taken':
      throw new RequestError('bad_request', 'Somebody made another room in place of yours.');
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

/** Takes an identity's sessions out of a room at once, and tells them, but for the one that asked for it. */
export function shutOut(
  { live }: Context,
  room: Room,
  identity: IdentityId,
  asker: Session | null = null,
): void {
  for (const session of live.ofIdentity(identity)) {
    if (session.account === undefined || !session.rooms.includes(room)) continue;
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
