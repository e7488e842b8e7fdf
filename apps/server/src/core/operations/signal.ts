import type { ReplyOf, RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom } from './joined-room.ts';

export function signal(
  context: Context,
  session: Session,
  { device }: Account,
  { room: id, frame }: RequestOf<'signal'>,
): Promise<ReplyOf<'signal'>> {
  return inRoom(context, session, id, (room) => {
    room.hub.signal({ sender: device, frame });
    return {};
  });
}
