import {
  CodecError,
  decodeReply,
  type EventOf,
  type OperationName,
  type ReplyOf,
  RequestError,
  type RequestId,
} from '@aurora/protocol';
import { Disconnected } from './failures.ts';

interface Waiting {
  answer(result: unknown): void;
  refuse(error: Error): void;
}

/** The requests of one socket that have no answer yet. */
export class Calls {
  readonly #waiting = new Map<RequestId, Waiting>();
  #next = 1;

  /** Numbers a request; its promise settles when `answered`, `refused` or `abandon` is called. */
  open<O extends OperationName>(operation: O): { request: RequestId; reply: Promise<ReplyOf<O>> } {
    const request = this.#next as RequestId;
    this.#next += 1;
    const reply = new Promise<ReplyOf<O>>((resolve, reject) => {
      this.#waiting.set(request, {
        answer(result) {
          try {
            resolve(decodeReply(operation, result));
          } catch (error) {
            reject(error);
            throw error;
          }
        },
        refuse: reject,
      });
    });
    return { request, reply };
  }

  /** Throws CodecError when the answer is not of the operation's shape, or nobody asked. */
  answered({ request, result }: EventOf<'ok'>): void {
    this.#take(request).answer(result);
  }

  refused({ request, code, message, retryAfter, suggestion }: EventOf<'error'>): void {
    this.#take(request).refuse(
      new RequestError(code, message, {
        retryAfter: retryAfter ?? undefined,
        suggestion: suggestion ?? undefined,
      }),
    );
  }

  /** The socket is gone: nothing will be answered. */
  abandon(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const call of waiting) call.refuse(new Disconnected('the connection was lost before the answer'));
  }

  get count(): number {
    return this.#waiting.size;
  }

  #take(request: RequestId): Waiting {
    const call = this.#waiting.get(request);
    if (call === undefined) throw new CodecError('an answer that nobody asked for');
    this.#waiting.delete(request);
    return call;
  }
}
