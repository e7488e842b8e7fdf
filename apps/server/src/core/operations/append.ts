import { type ReplyOf, RequestError, type RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom, noSuchRoom } from './joined-room.ts';

/** SPEC [LG3]: answered, and told to anybody, only once it is durable. */
export function append(
  context: Context,
  session: Session,
  { device }: Account,
  { room: id, ...request }: RequestOf<'append'>,
): Promise<ReplyOf<'append'>> {
  const { log, clock, observer } = context.ports;
  return inRoom(context, session, id, async (room) => {
    const { kind, epoch, frame } = request;
    const draft = { room: id, kind, sender: device, id: request.id, epoch, at: clock.now(), frame };
    const outcome = await log.append(draft);
    switch (outcome.status) {
      case 'appended': {
        const { seq, at } = outcome;
        observer.appended();
        room.hub.entry({ seq, kind, sender: device, id: request.id, epoch, at, frame });
        return { seq, at, duplicate: false };
      }
      case 'duplicate':
        room.hub.exists(outcome.seq);
        return { seq: outcome.seq, at: outcome.at, duplicate: true };
      case 'id_reused':
        throw new RequestError(
          'id_reused',
          'This message id stands for another message already. Make a new one.',
        );
      case 'stale_epoch':
        throw new RequestError(
          'stale_epoch',
          `The room's key has changed: it is at epoch ${outcome.epoch}. Read the log, seal again and repeat.`,
        );
      case 'no_such_room':
        throw noSuchRoom();
      case 'no_credential':
        throw new RequestError('unauthenticated', 'You have signed out. Sign in anew.');
    }
  });
}
