import {
  type Bytes,
  type Credential,
  decodeBatch,
  decodeReply,
  type Entry,
  type Epoch,
  type Event,
  type EventOf,
  encodeRequest,
  LOUNGE,
  type OperationName,
  type ReplyOf,
  type Request,
  RequestError,
  type RequestId,
  type RequestOf,
  utf8,
} from '@aurora/protocol';
import { type Device, newMessageId } from './keys.ts';

/** What a client sends by: a real socket, or the relay's own port. */
export interface Line {
  send(message: Bytes): void;
  close(): void;
}

const PATIENCE = 10_000;

/** A minimal client, for tests to speak the wire with. */
export class TestClient {
  readonly events: Event[] = [];
  /** The close code, once there is one. */
  closed: number | undefined;
  line: Line | undefined;
  readonly origin: string;
  #request = 0;
  readonly #waiting = new Set<() => void>();

  constructor(origin: string) {
    this.origin = origin;
  }

  heard(message: Uint8Array): void {
    this.events.push(...decodeBatch(message));
    this.#wake();
  }

  ended(code: number): void {
    this.closed ??= code;
    this.#wake();
  }

  /** Waits until `look` finds something. */
  until<T>(look: () => T | undefined, what = 'what was waited for'): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(
          new Error(
            `${what} did not come; closed ${this.closed}; ${JSON.stringify(this.events.map((e) => e.type))}`,
          ),
        );
      }, PATIENCE);
      const finish = (how: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        how();
      };
      const check = () => {
        try {
          const found = look();
          if (found !== undefined) finish(() => resolve(found));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      this.#waiting.add(check);
      check();
    });
  }

  all<Type extends Event['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  event<Type extends Event['type']>(type: Type): Promise<EventOf<Type>> {
    return this.until(() => this.all(type)[0], `event ${type}`);
  }

  end(): Promise<number> {
    return this.until(() => this.closed, 'a close');
  }

  /** Sends without waiting; answers the request's id. */
  post<O extends OperationName>(type: O, fields: RequestOf<O>): RequestId {
    this.#request += 1;
    const request = { type, request: this.#request, ...fields } as unknown as Request;
    this.line?.send(encodeRequest(request));
    return this.#request as RequestId;
  }

  /** The answer, or a RequestError. */
  async answer<O extends OperationName>(type: O, id: RequestId): Promise<ReplyOf<O>> {
    const event = await this.until(() => {
      const found = this.events.find(
        (one) => (one.type === 'ok' || one.type === 'error') && one.request === id,
      );
      if (found === undefined && this.closed !== undefined) throw new Error(`closed with ${this.closed}`);
      return found;
    }, `the answer to ${type}`);
    if (event.type === 'ok') return decodeReply(type, event.result);
    if (event.type !== 'error') throw new Error('unreachable');
    const { code, message, retryAfter, suggestion } = event;
    throw new RequestError(code, message, {
      retryAfter: retryAfter ?? undefined,
      suggestion: suggestion ?? undefined,
    });
  }

  ask<O extends OperationName>(type: O, fields: RequestOf<O>): Promise<ReplyOf<O>> {
    return this.answer(type, this.post(type, fields));
  }

  async auth(device: Device, credential: Credential = device.credential): Promise<ReplyOf<'auth'>> {
    const { serverId, nonce } = await this.event('hello');
    const signature = device.prove({ origin: this.origin, serverId, nonce });
    return this.ask('auth', { credential, signature });
  }

  join(room = LOUNGE): Promise<ReplyOf<'join'>> {
    return this.ask('join', { room });
  }

  append(text: string, more: Partial<RequestOf<'append'>> = {}): Promise<ReplyOf<'append'>> {
    const fields: RequestOf<'append'> = {
      room: LOUNGE,
      id: newMessageId(),
      kind: 'message',
      epoch: 0 as Epoch,
      frame: utf8(text),
      blobs: [],
    };
    return this.ask('append', { ...fields, ...more });
  }

  /** Every entry it was told, in order. */
  get entries(): Entry[] {
    return this.all('entries').flatMap(({ entries }) => entries);
  }

  get texts(): string[] {
    return this.entries.map(({ frame }) => new TextDecoder().decode(frame));
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}
