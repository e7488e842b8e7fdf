import { CryptoError } from '@aurora/crypto';
import { type CloseReason, closeReason, RequestError } from '@aurora/protocol';
import type { Failure } from '../view/contract.ts';

/** Something that went wrong, in words for the person who meets it. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** The line to the relay broke before the answer came; whether the relay did it is unknown. */
export class Disconnected extends Error {
  override readonly name = 'Disconnected';
}

export const notConnected: Failure = {
  code: 'not_connected',
  message: 'There is no connection to the server right now. Aurora keeps trying; try again in a moment.',
};

/** Any error as a Failure: the one place where errors become words. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ChatError) return error.failure;
  if (error instanceof RequestError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
      ...(error.suggestion === undefined ? {} : { suggestion: error.suggestion }),
    };
  }
  if (error instanceof CryptoError) return { code: error.code, message: error.message };
  if (error instanceof Disconnected) return notConnected;
  if (error instanceof Error && error.name === 'QuotaExceededError') {
    return {
      code: 'storage_full',
      message: 'This device has no room left to keep messages. Free some space, then reload.',
    };
  }
  return {
    code: 'internal',
    message: `Something unexpected happened${error instanceof Error ? ` (${error.name})` : ''}. Reload the page; if it stays, tell who runs this server.`,
  };
}

const stopWords: Partial<Record<CloseReason, string>> = {
  protocol_violation: 'The server did not understand this page. Reload it to get the newest version.',
  version_unsupported: 'This page is older or newer than the server. Reload it.',
  auth_failed: 'The server did not accept this device. Sign out and enter again.',
  retired: 'This account was signed out. Enter again with a nickname.',
  too_many_sessions: 'This account is open in too many places. Close some of them, then try again.',
};

/** Why the relay told this client to stop. */
export function stopFailure(code: number): Failure {
  if (code === 1009) {
    return {
      code: 'too_large',
      message: 'Something too large was sent. Reload the page and send less at once.',
    };
  }
  const reason = closeReason(code);
  return {
    code: reason ?? 'stopped',
    message:
      (reason && stopWords[reason]) ?? 'The server ended the connection. Reload the page to try again.',
  };
}
