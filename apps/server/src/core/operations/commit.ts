import { type ReplyOf, RequestError, type RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { refusalOfDraft } from './append.ts';
import { inRoom } from './joined-room.ts';
import { fullMailbox, newDelivery } from './mailbox.ts';
import { shutOut } from './rooms.ts';

/** A change of a private room's keys with the memberships and welcomes that go with it: all of it, or nothing. */
export function commit(
  context: Context,
  session: Session,
  who: Account,
  { room: id, ...request }: RequestOf<'commit'>,
): Promise<ReplyOf<'commit'>> {
  const { privateRooms, clock, observer } = context.ports;
  return inRoom(context, session, id, async (room) => {
    if (room.hub.head.kind === 'open')
      throw new RequestError('bad_request', 'The keys of an open room are changed by an append.');
    const { device: sender, identity } = who;
    const { epoch, frame, remove, admins } = request;
    const draft = {
      room: id,
      kind: 'commit' as const,
      sender,
      identity,
      id: request.id,
      epoch,
      at: clock.now(),
      frame,
    };
    const welcomes = request.welcomes.map(({ device, frame: sealed }) => ({
      device,
      delivery: newDelivery(context, who, { room: id, frame: sealed }),
    }));
    const outcome = await privateRooms.commit(draft, { welcomes, remove, admins });
    switch (outcome.status) {
      case 'appended': {
        const { seq, at } = outcome;
        observer.appended();
        room.hub.entry({ seq, kind: 'commit', sender, id: request.id, epoch, at, frame });
        // Who goes is told by whom before the door closes.
        if (remove.length > 0) room.hub.tellNow();
        for (const one of remove) shutOut(context, room, one);
        for (const { device, delivery } of welcomes)
          for (const live of context.live.of(device))
            live.tell({ type: 'delivery', delivery }, delivery.frame.length);
        return { seq, at, duplicate: false };
      }
      case 'duplicate':
        room.hub.exists(outcome.seq);
        return { seq: outcome.seq, at: outcome.at, duplicate: true };
      case 'not_allowed':
        throw new RequestError(
          'not_allowed',
          'Only an admin of the room may do this, and nobody in a room of two.',
        );
      case 'bad_admins':
        throw new RequestError('bad_request', 'A room needs an admin, and every admin must be in it.');
      case 'room_full':
        throw new RequestError(
          'room_full',
          'The room is full. Somebody has to leave before others can come in.',
        );
      case 'other_full':
        throw new RequestError('too_large', 'Somebody who was to be let in is in too many rooms already.');
      case 'no_such_device':
        throw new RequestError('no_such_device', 'Somebody who was to be let in has signed out.');
      case 'mailbox_full':
        throw fullMailbox();
      default:
        throw refusalOfDraft(outcome);
    }
  });
}
