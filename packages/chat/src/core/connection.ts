import { type Device, proveDevice } from '@aurora/crypto';
import {
  afterClose,
  type Bytes,
  decodeBatch,
  type Event,
  type EventOf,
  encodeRequest,
  type Head,
  type Millis,
  type OperationName,
  type ReplyOf,
  type Request,
  RequestError,
  type RequestOf,
  VERSION,
} from '@aurora/protocol';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Network, OpenSocket, Sockets } from '../ports/socket.ts';
import type { ConnectionView, Failure } from '../view/contract.ts';
import { backoff } from './backoff.ts';
import { Calls } from './calls.ts';
import { Disconnected, failureOf, stopFailure } from './failures.ts';
import { Pace } from './pace.ts';

/** Longest wait for the relay's first word, and for any answer: a line that is silent for longer is dead. */
const PATIENCE = 20_000;
/** How often a device without a network is asked whether it has one. */
const LOOK_AGAIN = 3_000;
/** Silence after which the line is tried. */
const IDLE = 25_000;

export type Welcome = ReplyOf<'auth'>;
/** What a relay tells beyond answers. */
export type News = Exclude<Event, { type: 'hello' | 'ok' | 'error' | 'goaway' }>;

export interface ConnectionEvents {
  changed(view: ConnectionView): void;
  /** A session is open; everything said on the one before it is settled. */
  live(welcome: Welcome): void;
  news(news: News): void;
  /** Where the joined rooms stand, asked now and then: a wake-up may have been lost. */
  heads(heads: readonly Head[]): void;
  /** The relay refused this device or its nickname: trying again changes nothing. */
  refused(failure: Failure): void;
  lost(): void;
}

interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly network: Network;
}

type State =
  | { readonly status: 'idle' }
  | { readonly status: 'opening'; readonly socket: OpenSocket; readonly calls: Calls }
  | { readonly status: 'live'; readonly socket: OpenSocket; readonly calls: Calls }
  | { readonly status: 'waiting'; readonly until: Millis; readonly cancel: Cancel }
  | { readonly status: 'no_network'; readonly cancel: Cancel }
  | { readonly status: 'stopped'; readonly failure: Failure };

/** What keeps its own order and rate, or is worth nothing when it is late. */
const UNPACED: ReadonlySet<OperationName> = new Set(['append', 'commit', 'signal', 'register', 'retire']);

/**
 * The line to the relay: opens it, proves the device, keeps it alive and opens it again. At any time there is at most
 * one socket, and words of an earlier one are never heard.
 */
export class Connection {
  readonly #ports: Ports;
  readonly #events: ConnectionEvents;
  #state: State = { status: 'idle' };
  #device: Device | null = null;
  #attempt = 0;
  /** The relay's wish, from `goaway`, for when to come back. */
  #comeBack: number | null = null;
  #skew = 0;
  #pace: Pace;
  #watchdog: Cancel = () => {};
  #unwatch: Cancel = () => {};

  constructor(ports: Ports, events: ConnectionEvents) {
    this.#ports = ports;
    this.#events = events;
    this.#pace = new Pace(ports.clock);
  }

  /** Connects as this device, and keeps connecting until `stop`. */
  start(device: Device): void {
    this.stop();
    this.#device = device;
    this.#attempt = 0;
    this.#unwatch = this.#ports.network.watch(() => this.#networkChanged());
    this.#open();
  }

  stop(): void {
    this.#leaveState();
    this.#unwatch();
    this.#device = null;
    this.#enter({ status: 'idle' });
  }

  /** Tries now instead of later, whatever the device thinks of its network: somebody asked for it. */
  reconnect(): void {
    if (this.#state.status === 'live' || this.#state.status === 'opening' || this.#device === null) return;
    this.#leaveState();
    this.#attempt = 0;
    this.#connect();
  }

  get isLive(): boolean {
    return this.#state.status === 'live';
  }

  /** The relay's clock, as near as this device can tell: its own may be a day off. */
  now(): Millis {
    return (this.#ports.clock.now() + this.#skew) as Millis;
  }

  /** Asks the relay. Rejects with RequestError when refused, with Disconnected when the line breaks first. */
  async call<O extends OperationName>(type: O, args: RequestOf<O>): Promise<ReplyOf<O>> {
    const state = this.#state;
    if (state.status !== 'live') throw new Disconnected('there is no connection');
    if (UNPACED.has(type)) return this.#ask(state, type, args);
    return this.#pace.run(async () => {
      if (this.#state !== state) throw new Disconnected('the connection was lost before the request');
      return this.#ask(state, type, args);
    });
  }

  get view(): ConnectionView {
    return viewOf(this.#state);
  }

  #enter(state: State): void {
    this.#state = state;
    this.#events.changed(this.view);
  }

  /** Lets go of what the present state holds. */
  #leaveState(): void {
    const state = this.#state;
    this.#watchdog();
    this.#state = { status: 'idle' };
    if (state.status === 'waiting' || state.status === 'no_network') state.cancel();
    if (state.status === 'opening' || state.status === 'live') {
      state.socket.close();
      state.calls.abandon();
      this.#pace.end();
      if (state.status === 'live') this.#events.lost();
    }
  }

  #open(): void {
    if (this.#ports.network.online()) this.#connect();
    else this.#awaitNetwork();
  }

  /** A device may forget to tell that its network is back, so it is asked now and then too. */
  #awaitNetwork(): void {
    this.#enter({ status: 'no_network', cancel: this.#ports.clock.after(LOOK_AGAIN, () => this.#open()) });
  }

  #connect(): void {
    const calls = new Calls();
    const mine = () =>
      (this.#state.status === 'opening' || this.#state.status === 'live') && this.#state.calls === calls;
    const socket = this.#ports.sockets.open({
      message: (message) => {
        if (mine()) this.#heard(message);
      },
      closed: (code) => {
        if (mine()) this.#closed(code);
      },
    });
    this.#enter({ status: 'opening', socket, calls });
    this.#watch(PATIENCE);
  }

  #heard(message: Bytes): void {
    this.#watch(IDLE);
    try {
      for (const event of decodeBatch(message)) this.#handle(event);
    } catch {
      // Nothing from this socket can be trusted to be whole any more; the cursor says what to read again.
      this.#closed(1002);
    }
  }

  #handle(event: Event): void {
    const state = this.#state;
    if (state.status !== 'opening' && state.status !== 'live') return;
    switch (event.type) {
      case 'hello':
        if (state.status === 'opening') void this.#authenticate(state, event);
        return;
      case 'ok':
        state.calls.answered(event);
        return;
      case 'error':
        state.calls.refused(event);
        return;
      case 'goaway':
        this.#comeBack = event.retryAfter;
        return;
      default:
        if (state.status === 'live') this.#events.news(event);
    }
  }

  async #authenticate(state: State & { status: 'opening' }, hello: EventOf<'hello'>): Promise<void> {
    const device = this.#device;
    if (device === null) return;
    if (hello.version !== VERSION) {
      this.#stopWith(stopFailure(4001));
      return;
    }
    this.#skew = hello.time - this.#ports.clock.now();
    try {
      const { serverId, nonce } = hello;
      const signature = await proveDevice(device, { origin: this.#ports.sockets.origin, serverId, nonce });
      const welcome = await this.#ask(state, 'auth', { credential: device.credential, signature });
      if (this.#state !== state) return;
      this.#attempt = 0;
      this.#pace = new Pace(this.#ports.clock);
      this.#enter({ status: 'live', socket: state.socket, calls: state.calls });
      this.#events.live(welcome);
    } catch (error) {
      if (this.#state !== state) return;
      if (error instanceof RequestError && error.code !== 'rate_limited' && error.code !== 'internal') {
        this.#stopWith(failureOf(error));
        this.#events.refused(failureOf(error));
      } else {
        this.#closed(1006);
      }
    }
  }

  async #ask<O extends OperationName>(
    { socket, calls }: { socket: OpenSocket; calls: Calls },
    type: O,
    args: RequestOf<O>,
  ): Promise<ReplyOf<O>> {
    const { request, reply } = calls.open(type);
    socket.send(encodeRequest({ type, request, ...args } as unknown as Request));
    this.#watch(PATIENCE);
    return reply;
  }

  /** One timer serves for all: when nothing was heard for so long, try the line, or give it up. */
  #watch(delay: number): void {
    this.#watchdog();
    this.#watchdog = this.#ports.clock.after(delay, () => {
      const state = this.#state;
      if (state.status === 'live' && state.calls.count === 0) {
        this.#ask(state, 'ping', {}).then(
          ({ rooms }) => this.#events.heads(rooms),
          () => undefined,
        );
      } else {
        this.#closed(1006);
      }
    });
  }

  #closed(code: number): void {
    this.#leaveState();
    if (this.#device === null) return;
    if (afterClose(code) === 'stop') {
      this.#stopWith(stopFailure(code));
      return;
    }
    if (!this.#ports.network.online()) {
      this.#awaitNetwork();
      return;
    }
    const delay = this.#comeBack ?? backoff(this.#attempt, this.#ports.random);
    this.#comeBack = null;
    this.#attempt += 1;
    this.#enter({
      status: 'waiting',
      until: (this.#ports.clock.now() + delay) as Millis,
      cancel: this.#ports.clock.after(delay, () => this.#open()),
    });
  }

  #stopWith(failure: Failure): void {
    this.#leaveState();
    this.#enter({ status: 'stopped', failure });
  }

  #networkChanged(): void {
    if (this.#ports.network.online()) {
      if (this.#state.status === 'no_network' || this.#state.status === 'waiting') this.reconnect();
    } else if (this.#state.status !== 'stopped' && this.#state.status !== 'idle') {
      this.#leaveState();
      this.#awaitNetwork();
    }
  }
}

function viewOf(state: State): ConnectionView {
  switch (state.status) {
    case 'live':
      return { status: 'connected' };
    case 'waiting':
      return { status: 'reconnecting', retryAt: state.until };
    case 'opening':
      return { status: 'reconnecting', retryAt: null };
    case 'stopped':
      return { status: 'offline', failure: state.failure };
    case 'idle':
    case 'no_network':
      return { status: 'offline', failure: null };
  }
}
