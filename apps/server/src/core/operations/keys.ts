import { type EpochRange, type ReplyOf, RequestError, type RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom } from './joined-room.ts';

function checkRanges(ranges: readonly EpochRange[]): void {
  if (ranges.some(([first, last]) => first > last))
    throw new RequestError('bad_request', 'A range of epochs ends before it starts.');
}

export function requestKeys(
  context: Context,
  session: Session,
  { device }: Account,
  { room: id, epochs }: RequestOf<'request_keys'>,
): Promise<ReplyOf<'request_keys'>> {
  return inRoom(context, session, id, (room) => {
    checkRanges(epochs);
    return { holders: room.keys.request(session, device, epochs) };
  });
}

export function holdKeys(
  context: Context,
  session: Session,
  { device }: Account,
  { room: id, epochs }: RequestOf<'hold_keys'>,
): Promise<ReplyOf<'hold_keys'>> {
  return inRoom(context, session, id, (room) => {
    checkRanges(epochs);
    room.keys.hold(session, device, epochs);
    return {};
  });
}
