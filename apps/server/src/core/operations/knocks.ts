import { limits, type ReplyOf, RequestError, type RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom, noSuchRoom } from './joined-room.ts';
import { fullMailbox, newDelivery } from './mailbox.ts';

/** From outside of a private room, or from a member that lost its keys. */
export async function knock(
  context: Context,
  { device, identity }: Account,
  { room, frame }: RequestOf<'knock'>,
): Promise<ReplyOf<'knock'>> {
  const { knocks, members, clock } = context.ports;
  const head = await context.rooms.head(room);
  if (head === undefined) throw noSuchRoom();
  const inside = head.kind === 'direct' && (await members.has(room, identity));
  if (head.kind !== 'private' && !inside)
    throw new RequestError('bad_request', 'This is no room to knock at.');
  const waiting = { device, at: clock.now(), frame };
  if ((await knocks.put(room, waiting)) === 'full')
    throw new RequestError('room_full', 'Too many wait at this room already. Try again later.');
  context.rooms.get(room)?.hub.knocked({ type: 'knocked', room, knock: waiting });
  return {};
}

export async function withdrawKnock(
  { ports }: Context,
  { device }: Account,
  { room }: RequestOf<'withdraw_knock'>,
): Promise<ReplyOf<'withdraw_knock'>> {
  await ports.knocks.drop(room, device);
  return {};
}

export function knocks(
  context: Context,
  session: Session,
  { room, after }: RequestOf<'knocks'>,
): Promise<ReplyOf<'knocks'>> {
  return inRoom(context, session, room, async () => {
    const page = await context.ports.knocks.page(room, after, limits.knockPage);
    return { knocks: [...page.knocks], more: page.more };
  });
}

export function dismissKnock(
  context: Context,
  session: Session,
  who: Account,
  { room, device, frame }: RequestOf<'dismiss_knock'>,
): Promise<ReplyOf<'dismiss_knock'>> {
  return inRoom(context, session, room, async () => {
    const delivery = newDelivery(context, who, { room, frame });
    switch (await context.ports.knocks.dismiss(room, device, delivery)) {
      case 'none':
        throw new RequestError('no_such_device', 'This device does not knock, or not any more.');
      case 'full':
        throw fullMailbox();
      case 'dismissed':
        for (const live of context.live.of(device))
          live.tell({ type: 'delivery', delivery }, delivery.frame.length);
        return {};
    }
  });
}
