/**
 * Why a request was refused. The words are for a person; the code is for a program. SPEC section 6 lists what
 * to do after each.
 */
export const errorCodes = [
  'bad_request',
  'unauthenticated',
  'auth_failed',
  'nickname_invalid',
  'nickname_taken',
  'identity_has_nickname',
  'no_such_room',
  'not_a_member',
  'stale_epoch',
  'id_reused',
  'rate_limited',
  'too_large',
  'mailbox_full',
  'no_such_device',
  'no_such_person',
  'not_allowed',
  'room_full',
  'no_such_blob',
  'quota_used',
  'disk_full',
  'storage_failed',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** A refusal of one request; the session goes on. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  /** Milliseconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;
  /** A free nickname, beside `nickname_taken`. */
  readonly suggestion: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { retryAfter?: number | undefined; suggestion?: string | undefined } = {},
  ) {
    super(message);
    this.code = code;
    this.retryAfter = more.retryAfter;
    this.suggestion = more.suggestion;
  }
}

/** Bytes or a value that are not what the wire allows. The only error a decoder throws. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/**
 * Why a session ended. The range tells the client what to do: 4000–4099 stop and tell the person,
 * 4100–4199 reconnect with backoff, 4200–4299 reconnect and read everything again from the cursor.
 */
export const closeCodes = {
  protocol_violation: 4000,
  version_unsupported: 4001,
  auth_failed: 4002,
  retired: 4003,
  too_many_sessions: 4004,
  going_away: 4100,
  auth_timeout: 4101,
  too_many_sockets: 4102,
  internal: 4103,
  slow_reader: 4200,
} as const;
export type CloseReason = keyof typeof closeCodes;

/** What a close code asks of the client. Unknown codes, and those of WebSocket itself, mean a lost connection. */
export type AfterClose = 'stop' | 'reconnect' | 'resync';

export function afterClose(code: number): AfterClose {
  if (code === 1009) return 'stop';
  if (code >= 4000 && code < 4100) return 'stop';
  if (code >= 4200 && code < 4300) return 'resync';
  return 'reconnect';
}

export function closeReason(code: number): CloseReason | undefined {
  return (Object.keys(closeCodes) as CloseReason[]).find((reason) => closeCodes[reason] === code);
}
