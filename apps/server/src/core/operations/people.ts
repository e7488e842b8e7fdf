import type { ReplyOf, RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import { inRoom } from './joined-room.ts';

export function people(
  context: Context,
  session: Session,
  { room: id, search, after, limit }: RequestOf<'people'>,
): Promise<ReplyOf<'people'>> {
  return inRoom(context, session, id, (room) => room.presence.page(search, after, limit));
}
