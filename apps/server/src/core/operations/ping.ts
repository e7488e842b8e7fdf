import type { ReplyOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';

/** SPEC [OP24]: a client that was not told something notices by the heads. */
export function ping({ ports }: Context, session: Session): ReplyOf<'ping'> {
  return { time: ports.clock.now(), rooms: session.rooms.map((room) => room.hub.head) };
}
