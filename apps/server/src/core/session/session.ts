import {
  type CloseReason,
  CodecError,
  closeCodes,
  decodeRequest,
  type Event,
  encodeBatch,
  encodeReply,
  type Request,
  RequestError,
  type RequestId,
  type RoomId,
  VERSION,
} from '@aurora/protocol';
import type { Peer, Socket } from '../../ports/socket.ts';
import { StorageError } from '../../ports/storage-error.ts';
import type { Context } from '../context.ts';
import { answer } from '../operations/answer.ts';
import { authenticate } from '../operations/auth.ts';
import { refusalOf } from '../refusal.ts';
import type { Room } from '../room/room.ts';
import type { Telling } from '../room/telling.ts';
import { Line } from './line.ts';
import type { Account, SessionState } from './state.ts';

const NONCE_BYTES = 32;
/** How often a nickname may be tried within the time to authenticate. */
const AUTH_TRIES = 10;
/** Bytes and events of private messages that go out as one. */
const GATHER_BYTES = 256 * 1024;
const GATHER_EVENTS = 256;

/** One connection, from hello to close. */
export class Session {
  readonly origin: string;
  readonly address: string;
  /** The rooms that it is live in: seldom more than a few. */
  rooms: readonly Room[] = [];
  #state: SessionState;
  #told: Event[] = [];
  #weight = 0;
  readonly #socket: Socket;
  readonly #context: Context;
  readonly #line: Line;

  constructor(context: Context, socket: Socket, { origin, address }: Peer) {
    this.#context = context;
    this.#socket = socket;
    this.origin = origin;
    this.address = address;
    this.#line = new Line((request) => this.#serve(request), context.idle);
    this.#state = {
      status: 'greeting',
      nonce: context.ports.random.bytes(NONCE_BYTES),
      busy: false,
      tries: 0,
    };
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Who it is; undefined before `auth` and after the end. */
  get account(): Account | undefined {
    return this.#state.status === 'authenticated' ? this.#state.account : undefined;
  }

  /** Whether everything it was asked is answered. */
  get idle(): boolean {
    return this.#line.idle;
  }

  room(id: RoomId): Room | undefined {
    return this.rooms.find((room) => room.id === id);
  }

  greet(): void {
    if (this.#state.status !== 'greeting') return;
    const { serverId, clock } = this.#context.ports;
    this.tell({ type: 'hello', version: VERSION, serverId, nonce: this.#state.nonce, time: clock.now() });
    this.flush();
  }

  /** The device has proved itself: the nonce is spent. False when the session ended meanwhile. */
  open(account: Account): boolean {
    if (this.#state.status !== 'greeting') return false;
    const buckets = this.#context.rates.newBuckets(this.#context.ports.clock.elapsed());
    this.#state = { status: 'authenticated', account, buckets };
    return true;
  }

  receive(message: Uint8Array): void {
    if (this.#state.status === 'closing' || this.#context.draining()) return;
    let request: Request;
    try {
      request = decodeRequest(message);
    } catch (error) {
      if (!(error instanceof CodecError)) this.#context.ports.observer.fault('decoding a request', error);
      this.end('protocol_violation');
      return;
    }
    try {
      this.#admit(request, message.length);
      this.#line.push(request);
    } catch (error) {
      this.#refuse(request.request, error);
    }
  }

  /** What it is told goes out with the rest of this turn. */
  tell(event: Event, bytes = 0): void {
    if (this.#state.status === 'closing') return;
    this.#weight += bytes;
    if (this.#told.push(event) === 1) this.#context.outlet.add(this);
    if (this.#weight > GATHER_BYTES || this.#told.length >= GATHER_EVENTS) this.flush();
  }

  /** Sends what it was told, now. */
  flush(): void {
    if (this.#told.length === 0) return;
    const told = this.#told;
    this.#told = [];
    this.#weight = 0;
    if (this.#state.status === 'closing') return;
    try {
      this.#socket.send(encodeBatch(told));
    } catch (error) {
      // What cannot be said to one session must not keep the others from hearing theirs.
      this.#context.ports.observer.fault('encoding a message', error);
      this.end('internal');
      return;
    }
    if (this.#socket.buffered() > this.#context.settings.queue) this.end('slow_reader');
  }

  /**
   * Sends what many are told, without signals to a reader that lags. One that lags further ends, and reads from its
   * cursor when it is back. SPEC [LM5].
   */
  share(telling: Telling): void {
    // What it was told before must come before, the answer to its `join` above all.
    this.flush();
    const lag = this.#socket.buffered();
    const { queue, signalQueue } = this.#context.settings;
    if (lag > queue) {
      this.end('slow_reader');
      return;
    }
    if (this.#state.status === 'closing') return;
    const messages = lag > signalQueue ? telling.lean() : telling.messages;
    for (const message of messages) this.#socket.sendShared(message);
  }

  end(reason: CloseReason): void {
    this.flush();
    // Flushing ends a session whose reader lags.
    if (this.#state.status === 'closing') return;
    this.#context.ports.observer.ended(reason);
    this.#socket.close(closeCodes[reason], reason);
    this.#close(reason);
  }

  /** Refuses a connection that was never counted. */
  turnAway(reason: CloseReason): void {
    this.#context.ports.observer.ended(reason);
    this.#socket.close(closeCodes[reason], reason);
    this.#state = { status: 'closing', reason };
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#state.status !== 'closing') this.#close('lost');
  }

  #close(reason: CloseReason | 'lost'): void {
    this.#context.gone(this);
    this.rooms = [];
    this.#told = [];
    this.#line.clear();
    this.#state = { status: 'closing', reason };
  }

  /** Counts and allows a request before it waits its turn, so that what waits is bounded. */
  #admit(request: Request, bytes: number): void {
    const { type } = request;
    switch (this.#state.status) {
      case 'greeting': {
        if (type !== 'auth') throw new RequestError('unauthenticated', 'Sign in first.');
        if (this.#state.busy) throw new RequestError('bad_request', 'Signing in is already under way.');
        if (this.#state.tries === AUTH_TRIES)
          throw new RequestError('rate_limited', 'Too many tries. Connect again.', { retryAfter: 5000 });
        this.#state = { ...this.#state, busy: true, tries: this.#state.tries + 1 };
        return;
      }
      case 'authenticated': {
        const { account, buckets } = this.#state;
        if (type === 'auth') throw new RequestError('bad_request', 'This session is signed in already.');
        const asker = { device: account.device, address: this.address, buckets };
        this.#context.rates.count(request, bytes, asker, this.#context.ports.clock.elapsed());
        return;
      }
      case 'closing':
        throw new RequestError('unauthenticated', 'The session has ended.');
    }
  }

  async #serve(request: Request): Promise<void> {
    try {
      await this.#answer(request);
    } catch (error) {
      this.#refuse(request.request, error);
    } finally {
      if (this.#state.status === 'greeting') this.#state = { ...this.#state, busy: false };
    }
  }

  async #answer(request: Request): Promise<void> {
    const state = this.#state;
    if (state.status === 'closing') return;
    if (state.status === 'greeting') {
      if (request.type !== 'auth') return;
      const reply = await authenticate(this.#context, this, state.nonce, request);
      this.tell({ type: 'ok', request: request.request, result: encodeReply('auth', reply) });
      return;
    }
    if (this.#context.retirements.has(state.account.identity)) {
      throw new RequestError('unauthenticated', 'You are signing out.');
    }
    const { result, bytes } = await answer(this.#context, this, state.account, request);
    this.tell({ type: 'ok', request: request.request, result }, bytes);
    if (request.type === 'retire') this.end('retired');
  }

  /** Whoever waits as told is seldom refused twice; whoever does not is no client of ours. SPEC [LM7]. */
  #isForgiven(): boolean {
    if (this.#state.status !== 'authenticated') return true;
    const { rates, ports } = this.#context;
    return rates.forgives(this.#state.buckets, ports.clock.elapsed());
  }

  /** Every failure of a request ends here: words for the client, or the end of this one session. */
  #refuse(request: RequestId, error: unknown): void {
    const { observer } = this.#context.ports;
    if (!(error instanceof RequestError || error instanceof StorageError)) {
      observer.fault('answering a request', error);
      this.end('internal');
      return;
    }
    if (error instanceof StorageError) observer.fault('writing or reading', error);
    const refusal = refusalOf(error);
    observer.refused(refusal.code);
    this.tell({
      type: 'error',
      request,
      code: refusal.code,
      message: refusal.message,
      retryAfter: refusal.retryAfter ?? null,
      suggestion: refusal.suggestion ?? null,
    });
    if (refusal.code === 'auth_failed') this.end('auth_failed');
    if (refusal.code === 'rate_limited' && !this.#isForgiven()) this.end('protocol_violation');
  }
}
