import { limits, RequestError, type RoomId } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Room } from '../room/room.ts';
import type { Session } from '../session/session.ts';

export function noSuchRoom(): RequestError {
  return new RequestError('no_such_room', 'There is no such room.');
}

export function tooManyRooms(): RequestError {
  return new RequestError(
    'too_large',
    `You are in ${limits.rooms} rooms, which is the most. Leave one first.`,
  );
}

/** The membership ended while something was under way. */
export function notInRoom(): RequestError {
  return new RequestError('not_a_member', 'You are not in this room, or not any more.');
}

/** Why a session has no part in a room. */
async function refusal({ rooms }: Context, room: RoomId): Promise<RequestError> {
  if ((await rooms.open(room)) === undefined) return noSuchRoom();
  return new RequestError('not_a_member', 'Join the room first.');
}

/**
 * Runs `act` with a room that the session has joined, before anything else can happen, which the order of appends
 * rests on. Throws `no_such_room` or `not_a_member`. SPEC [OP3].
 */
export async function inRoom<T>(
  context: Context,
  session: Session,
  id: RoomId,
  act: (room: Room) => T | Promise<T>,
): Promise<T> {
  const room = session.room(id);
  if (room === undefined) throw await refusal(context, id);
  return act(room);
}
