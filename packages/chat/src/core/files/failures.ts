import { CryptoError } from '@aurora/crypto';
import { RequestError } from '@aurora/protocol';
import { CourierError } from '../../ports/courier.ts';
import type { Failure } from '../../view/contract.ts';
import { ChatError, Disconnected, failureOf } from '../failures.ts';

/** What becomes of a transfer that went wrong. */
export type Setback =
  /** It goes on by itself, at once when the line is back; after `retryAfter` in any case. */
  | { readonly type: 'wait'; readonly failure: Failure | null; readonly retryAfter: number | null }
  /** The relay wants a ticket of now. */
  | { readonly type: 'ticket' }
  | { readonly type: 'fail'; readonly failure: Failure; readonly again: boolean };

export const unread: Failure = {
  code: 'file_unread',
  message: 'The page was closed before this file was read to its end. Attach it again.',
};
export const stuck: Failure = {
  code: 'not_moving',
  message: 'This file does not move: the server broke off each time. Try again later.',
};
const changed: Failure = {
  code: 'file_changed',
  message:
    'This file cannot be read: it was changed, moved or closed to this browser since it was attached. Attach it again.',
};
const gone: Failure = {
  code: 'file_gone',
  message: 'The server does not keep this file any more. Ask whoever sent it to send it again.',
};
const uploadGone: Failure = {
  code: 'file_gone',
  message: 'The server gave up waiting for the rest of this file. Attach it again.',
};
const serverFull: Failure = {
  code: 'disk_full',
  message: 'The server has no room left for files. It goes on by itself once there is some.',
};
const serverBusy: Failure = { code: 'busy', message: 'The server is busy. It goes on by itself.' };
const deviceFull: Failure = {
  code: 'storage_full',
  message: 'This device has no room left for this file. Free some space, then try again.',
};
const deviceFullUp: Failure = {
  code: 'storage_full',
  message: 'This device had no room left to prepare this file. Free some space, then attach it again.',
};
const quotaUsed: Failure = {
  code: 'quota_used',
  message:
    'Your files at the server use up all the room you have there. Older ones go by themselves; try again later.',
};
const tooLarge: Failure = {
  code: 'too_large',
  message: 'This file is larger than the server takes. Send it in parts, or make it smaller.',
};
const notIn: Failure = {
  code: 'not_a_member',
  message: 'You are not in this conversation any more, so its files cannot be moved.',
};

/** What arrived is not what was announced: nothing of it is kept. */
export const differs = (): ChatError =>
  new ChatError({
    code: 'file_differs',
    message:
      'This is not the file that was announced: its size or its SHA-256 is another. Nothing of it was kept; ask its sender.',
  });

/** What can be done about an error, for a file on its way up or down. */
export function setbackOf(error: unknown, way: 'up' | 'down'): Setback {
  const fail = (failure: Failure, again: boolean): Setback => ({ type: 'fail', failure, again });
  const wait = (failure: Failure | null, retryAfter: number | null = null): Setback => ({
    type: 'wait',
    failure,
    retryAfter,
  });
  if (error instanceof Disconnected) return wait(null);
  if (error instanceof CourierError) {
    switch (error.reason) {
      case 'network':
        return wait(null);
      case 'ticket':
        return { type: 'ticket' };
      case 'gone':
        return fail(way === 'up' ? uploadGone : gone, false);
      case 'full':
        return wait(serverFull, 15_000);
      case 'busy':
        return wait(serverBusy, error.retryAfter ?? null);
      case 'refused':
        return fail(failureOf(error), true);
    }
  }
  if (error instanceof RequestError) {
    switch (error.code) {
      case 'rate_limited':
        return wait(serverBusy, error.retryAfter ?? null);
      case 'disk_full':
      case 'storage_failed':
        return wait(serverFull, 15_000);
      case 'no_such_blob':
        return fail(gone, false);
      case 'id_reused':
        return fail(uploadGone, false);
      case 'quota_used':
        return fail(quotaUsed, true);
      case 'too_large':
        return fail(tooLarge, false);
      case 'not_a_member':
      case 'no_such_room':
        return fail(notIn, true);
      default:
        return fail(failureOf(error), true);
    }
  }
  if (error instanceof ChatError) return fail(error.failure, false);
  if (error instanceof CryptoError) return fail(failureOf(error), true);
  if (error instanceof Error && error.name === 'QuotaExceededError')
    return way === 'up' ? fail(deviceFullUp, false) : fail(deviceFull, true);
  // Down, it is what was kept here that is gone: it is fetched again.
  if (error instanceof Error && (error.name === 'NotReadableError' || error.name === 'NotFoundError'))
    return way === 'up' ? fail(changed, false) : wait(null);
  return fail(failureOf(error), true);
}

export const fileChanged = (): ChatError => new ChatError(changed);
