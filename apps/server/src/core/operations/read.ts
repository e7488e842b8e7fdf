import { limits, type ReplyOf, type RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import { inRoom, noSuchRoom } from './joined-room.ts';

/** Bytes of a page: well below what may wait for a socket, or whoever reads slowly would be dropped for reading. */
export const PAGE_BYTES = limits.batch / 4;

export function read(
  context: Context,
  session: Session,
  { room: id, side, seq, limit, handshakes }: RequestOf<'read'>,
): Promise<ReplyOf<'read'>> {
  return inRoom(context, session, id, async () => {
    const page = await context.ports.log.read({ room: id, side, seq, limit, handshakes, bytes: PAGE_BYTES });
    if (page === undefined) throw noSuchRoom();
    return { entries: [...page.entries], more: page.more, head: page.head };
  });
}
