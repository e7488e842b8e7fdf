import { limits, type ReplyOf, type RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom, notInRoom } from './joined-room.ts';

export function register(
  context: Context,
  session: Session,
  { device }: Account,
  { room: id, kind, frame }: RequestOf<'register'>,
): Promise<ReplyOf<'register'>> {
  return inRoom(context, session, id, async (room) => {
    const value = { sender: device, at: context.ports.clock.now(), frame };
    if ((await context.ports.registers.put(id, kind, value)) === 'not_a_member') throw notInRoom();
    room.hub.register(session, { type: 'register', room: id, kind, register: value });
    return {};
  });
}

export function registers(
  context: Context,
  session: Session,
  { room: id, kind, after }: RequestOf<'registers'>,
): Promise<ReplyOf<'registers'>> {
  return inRoom(context, session, id, async () => {
    const page = await context.ports.registers.page(id, kind, after, limits.page);
    return { registers: [...page.registers], more: page.more };
  });
}
