import {
  type ErrorCode,
  type Event,
  encodeReply,
  type OperationName,
  type ReplyOf,
  type RequestId,
} from '@aurora/protocol';

/** The relay's answer to a request. */
export function answer<O extends OperationName>(operation: O, request: RequestId, reply: ReplyOf<O>): Event {
  return { type: 'ok', request, result: encodeReply(operation, reply) };
}

interface More {
  readonly message?: string;
  readonly retryAfter?: number;
  readonly suggestion?: string;
}

/** The relay's refusal of a request. */
export function refusal(request: RequestId, code: ErrorCode, more: More = {}): Event {
  const { message = `refused: ${code}`, retryAfter = null, suggestion = null } = more;
  return { type: 'error', request, code, message, retryAfter, suggestion };
}
