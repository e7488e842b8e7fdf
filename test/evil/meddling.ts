import {
  type Bytes,
  decodeBatch,
  decodeRequest,
  type Event,
  encodeBatch,
  encodeRequest,
  type Request,
} from '@aurora/protocol';
import type { Meddler } from '../simulation/network.ts';

/** What an evil relay does to one client's line. */
export interface Evil {
  /** What the client is told instead of these events. */
  tell?(events: Event[]): Event[];
  /** What the relay hears instead of this request; null for nothing. */
  hear?(request: Request): Request | null;
}

/** An evil relay as one client meets it: the honest relay behind somebody who changes what passes. */
export function meddler(evil: Evil): Meddler {
  return {
    down(message: Bytes) {
      if (evil.tell === undefined) return [message];
      const told = evil.tell(decodeBatch(message));
      return told.length === 0 ? [] : [encodeBatch(told)];
    },
    up(message: Bytes) {
      if (evil.hear === undefined) return [message];
      const heard = evil.hear(decodeRequest(message));
      return heard === null ? [] : [encodeRequest(heard)];
    },
  };
}

/** Changes the answers to one operation, which are recognised by their request. */
export function answering<Type extends Request['type']>(
  type: Type,
  change: (
    result: Record<string, unknown>,
    request: Extract<Request, { type: Type }>,
  ) => Record<string, unknown>,
): Evil {
  const asked = new Map<number, Extract<Request, { type: Type }>>();
  const is = (request: Request): request is Extract<Request, { type: Type }> => request.type === type;
  return {
    hear(request) {
      if (is(request)) asked.set(request.request, request);
      return request;
    },
    tell: (events) =>
      events.map((event) => {
        const request = event.type === 'ok' ? asked.get(event.request) : undefined;
        if (event.type !== 'ok' || request === undefined) return event;
        asked.delete(event.request);
        return { ...event, result: change(event.result as Record<string, unknown>, request) };
      }),
  };
}
