import { type ReplyOf, RequestError, type RequestOf } from '@aurora/protocol';
import type { Appended } from '../../ports/log.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom, noSuchRoom, notInRoom } from './joined-room.ts';

/** SPEC [LG3]: answered, and told to anybody, only once it is durable. */
export function append(
  context: Context,
  session: Session,
  { device, identity }: Account,
  { room: id, ...request }: RequestOf<'append'>,
): Promise<ReplyOf<'append'>> {
  const { log, clock, observer } = context.ports;
  return inRoom(context, session, id, async (room) => {
    const { kind, epoch, frame, blobs } = request;
    if (kind === 'commit' && room.hub.head.kind !== 'open')
      throw new RequestError('bad_request', 'The keys of a private room are changed by a commit.');
    if (new Set(blobs).size < blobs.length)
      throw new RequestError('bad_request', 'A message names each of its files once.');
    const at = clock.now();
    const draft = { room: id, kind, sender: device, identity, id: request.id, epoch, at, frame, blobs };
    const outcome = await log.append(draft);
    switch (outcome.status) {
      case 'appended': {
        const { seq } = outcome;
        observer.appended();
        room.hub.entry({ seq, kind, sender: device, id: request.id, epoch, at: outcome.at, frame });
        return { seq, at: outcome.at, duplicate: false };
      }
      case 'duplicate':
        room.hub.exists(outcome.seq);
        return { seq: outcome.seq, at: outcome.at, duplicate: true };
      default:
        throw refusalOfDraft(outcome);
    }
  });
}

/** Why the log did not take an entry. */
export function refusalOfDraft(
  outcome: Exclude<Appended, { status: 'appended' | 'duplicate' }>,
): RequestError {
  switch (outcome.status) {
    case 'id_reused':
      return new RequestError(
        'id_reused',
        'This message id stands for another message already. Make a new one.',
      );
    case 'stale_epoch':
      return new RequestError(
        'stale_epoch',
        `The room's key has changed: it is at epoch ${outcome.epoch}. Read the log, seal again and repeat.`,
      );
    case 'no_such_room':
      return noSuchRoom();
    case 'not_a_member':
      return notInRoom();
    case 'no_such_blob':
      return new RequestError(
        'no_such_blob',
        'A file that the message names is not at the server, or not any more. Send it again.',
      );
    case 'no_credential':
      return new RequestError('unauthenticated', 'You have signed out. Sign in anew.');
  }
}
