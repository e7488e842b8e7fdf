import {
  type Bytes,
  type Delivery,
  decodeBatch,
  decodeReply,
  decodeRequest,
  type Entry,
  type Event,
  type EventOf,
  encodeBatch,
  encodeReply,
  encodeRequest,
  type ReplyOf,
  type Request,
  type RequestId,
  type RoomId,
  type Seq,
} from '@aurora/protocol';
import type { Meddler } from '../simulation/network.ts';

/** What an evil relay does to one client's line. */
export interface Evil {
  /** What the client is told instead of these events. */
  tell?(events: Event[]): Event[];
  /** What the relay hears instead of this request; null for nothing. */
  hear?(request: Request): Request | null;
  /** What the relay hears only when something else is asked. */
  holds?(request: Request): boolean;
}

type Answer = EventOf<'ok' | 'error'>;
type Asked<Type extends Request['type']> = Extract<Request, { type: Type }>;

/** One client's line to a relay that is evil for as long as it likes. What passed is remembered as it was before. */
export class Line implements Meddler {
  evil: Evil = {};
  readonly asked: Request[] = [];
  readonly told: Event[] = [];
  readonly #held: Bytes[] = [];
  #aside = 0;
  readonly #asides: Request[] = [];
  readonly #answers = new Map<number, (answer: Answer) => void>();

  readonly down = (message: Bytes): Bytes[] => {
    const events = decodeBatch(message).filter((event) => !this.#takes(event));
    this.told.push(...events);
    const changed = this.evil.tell?.(events) ?? events;
    return changed.length === 0 ? [] : [encodeBatch(changed)];
  };

  readonly up = (message: Bytes): Bytes[] => {
    const request = decodeRequest(message);
    this.asked.push(request);
    if (this.evil.holds?.(request)) {
      this.#held.push(message);
      return [];
    }
    const heard = this.evil.hear === undefined ? request : this.evil.hear(request);
    const asides = this.#asides.splice(0).map(encodeRequest);
    return [...this.#held.splice(0), ...(heard === null ? [] : [encodeRequest(heard)]), ...asides];
  };

  /** What a changed client asks beside its own next request; the answer is kept from the rest of it. */
  aside(ask: (request: RequestId) => Request): Promise<Answer> {
    // Numbers that no client comes to.
    this.#aside += 1;
    const id = (0xffff_0000 + this.#aside) as RequestId;
    this.#asides.push(ask(id));
    return new Promise((answer) => this.#answers.set(id, answer));
  }

  #takes(event: Event): boolean {
    if (event.type !== 'ok' && event.type !== 'error') return false;
    const answer = this.#answers.get(event.request);
    this.#answers.delete(event.request);
    answer?.(event);
    return answer !== undefined;
  }

  /** What was asked by one operation. */
  askedFor<Type extends Request['type']>(type: Type): Asked<Type>[] {
    return this.asked.filter((request): request is Asked<Type> => request.type === type);
  }

  /** A room's entries that the honest relay told as they happened. */
  entriesOf(room: RoomId): Entry[] {
    return this.told.flatMap((event) =>
      event.type === 'entries' && event.room === room ? event.entries : [],
    );
  }
}

/** Changes the answers to one operation, which are recognised by their request. */
export function answering<Type extends Request['type']>(
  type: Type,
  change: (reply: ReplyOf<Type>, request: Asked<Type>) => ReplyOf<Type>,
): Required<Pick<Evil, 'hear' | 'tell'>> {
  const asked = new Map<number, Asked<Type>>();
  const is = (request: Request): request is Asked<Type> => request.type === type;
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
        const reply = change(decodeReply(type, event.result), request);
        return { ...event, result: encodeReply(type, reply) };
      }),
  };
}

/** Refuses one operation that the honest relay granted. */
export function refusing(type: Request['type'], code: EventOf<'error'>['code']): Evil {
  const asked = new Set<number>();
  return {
    hear(request) {
      if (request.type === type) asked.add(request.request);
      return request;
    },
    tell: (events) =>
      events.map((event) => {
        if (event.type !== 'ok' || !asked.delete(event.request)) return event;
        const { request } = event;
        return { type: 'error', request, code, message: 'as told', retryAfter: null, suggestion: null };
      }),
  };
}

/** Tells a room's entries changed, both as they happen and when they are read. */
export function retelling(room: RoomId, change: (entries: Entry[]) => Entry[]): Evil {
  const { hear, tell } = answering('read', (reply, request) =>
    request.room === room ? { ...reply, entries: change(reply.entries) } : reply,
  );
  const live = (event: Event) =>
    event.type === 'entries' && event.room === room ? { ...event, entries: change(event.entries) } : event;
  return { hear, tell: (events) => tell(events).map(live) };
}

/** Tells a room's entries only to who reads: whole stretches at once, changed. */
export function rewriting(room: RoomId, change: (entries: Entry[]) => Entry[]): Evil {
  const { hear, tell } = retelling(room, change);
  return {
    ...(hear && { hear }),
    tell: (events) =>
      (tell?.(events) ?? events).filter((event) => event.type !== 'entries' || event.room !== room),
  };
}

/** One lie after another, or several at once. */
export function all(...evils: readonly Evil[]): Evil {
  return {
    tell: (events) => evils.reduce((told, { tell }) => tell?.(told) ?? told, events),
    hear: (request) =>
      evils.reduce<Request | null>(
        (heard, { hear }) => (heard === null || hear === undefined ? heard : hear(heard)),
        request,
      ),
  };
}

/** Tells these beside whatever comes next; `waiting` empties by that. */
export function inserting(...waiting: Event[]): Evil & { readonly waiting: readonly Event[] } {
  return { waiting, tell: (events) => [...events, ...waiting.splice(0)] };
}

/** Leaves one entry out of a room's log and closes the gap: all that come after it are told one place lower. */
export function hiding(room: RoomId, hidden: Entry): Evil {
  const { hear, tell } = retelling(room, (entries) =>
    entries.flatMap((entry) => {
      if (entry.seq === hidden.seq) return [];
      return entry.seq < hidden.seq ? entry : { ...entry, seq: (entry.seq - 1) as Seq };
    }),
  );
  return {
    ...(tell && { tell }),
    hear(request) {
      const reads = request.type === 'read' && request.room === room && request.seq >= hidden.seq;
      const shifted = reads ? { ...request, seq: (request.seq + 1) as Seq } : request;
      return hear?.(shifted) ?? shifted;
    },
  };
}

/** Changes what comes by the mailbox: an empty list keeps it back. */
export function mailing(change: (delivery: Delivery) => Delivery[]): Evil {
  const { hear, tell } = answering('mailbox', (reply) => ({
    ...reply,
    deliveries: reply.deliveries.flatMap(change),
  }));
  return {
    hear,
    tell: (events) =>
      tell(events).flatMap((event): Event[] =>
        event.type === 'delivery'
          ? change(event.delivery).map((delivery) => ({ ...event, delivery }))
          : [event],
      ),
  };
}

/** The same bytes but for one bit of the one in the middle, or of that at a place counted from the end. */
export function flipped(bytes: Bytes, fromEnd = bytes.length >> 1): Bytes {
  return bytes.map((byte, at) => (at === bytes.length - 1 - fromEnd ? byte ^ 1 : byte));
}
