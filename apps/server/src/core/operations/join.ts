import { type IdentityId, type ReplyOf, RequestError, type RequestOf, type RoomId } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { noSuchRoom, tooManyRooms } from './joined-room.ts';

/** A membership that lasts first, then live in the room. */
export async function join(
  context: Context,
  session: Session,
  { identity, device, memberships }: Account,
  { room: id }: RequestOf<'join'>,
): Promise<ReplyOf<'join'>> {
  const { members, clock } = context.ports;
  const room = await context.rooms.open(id);
  if (room === undefined) throw noSuchRoom();
  if (room.hub.head.kind !== 'open') {
    // One may have been let in, or shut out, since the session was opened.
    if (!(await members.hasJoined(id, identity))) await become(context, id, identity);
  } else if (!memberships.includes(id) && !session.rooms.includes(room)) {
    context.rates.countMembership(device, clock.elapsed());
    // The identity may have signed out meanwhile, and then nothing of it is to be kept.
    if (session.account === undefined || context.retirements.has(identity))
      throw new RequestError('unauthenticated', 'You have signed out.');
    await become(context, id, identity);
  }
  if (session.account !== undefined) room.enter(session, session.account);
  return room.hub.head;
}

/** Of one's own accord, which alone counts towards the most rooms that one may be in. */
async function become({ ports }: Context, room: RoomId, identity: IdentityId): Promise<void> {
  switch (await ports.members.add(room, identity)) {
    case 'joined':
      return;
    case 'not_a_member':
      throw new RequestError('not_a_member', 'You are not in this room. Ask somebody who is for an invite.');
    case 'too_many':
      throw tooManyRooms();
  }
}
