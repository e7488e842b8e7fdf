import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Failure, TransferView } from '../../view/contract.ts';
import { setbackOf, stuck } from './failures.ts';
import { Speed } from './speed.ts';

/** How often progress is told, in milliseconds. */
const TELL = 250;
/** After how long a transfer tries again by itself, doubled each time up to the longest. */
const SOON = 1_000;
const LATE = 60_000;
/** So often it may be set back before a single byte moves, while there is a line. */
const MOST_SETBACKS = 6;
/** Tickets that may end before a single byte has moved. */
const MOST_TICKETS = 3;

export interface TaskWay {
  readonly signal: AbortSignal;
  /** So many bytes of the file have moved. */
  progress(done: number): void;
}

/** What a transfer does: goes on from where it stopped, whenever it is run. */
export interface Task {
  readonly way: 'up' | 'down';
  /** Bytes of the file. */
  readonly total: number;
  run(way: TaskWay): Promise<void>;
}

type State =
  /** Waits for its turn, or for the line. */
  | { readonly status: 'queued' }
  | { readonly status: 'running'; readonly stop: AbortController }
  | { readonly status: 'waiting'; readonly failure: Failure | null; readonly cancel: Cancel }
  | { readonly status: 'paused' }
  | { readonly status: 'failed'; readonly failure: Failure; readonly again: boolean }
  | { readonly status: 'done' }
  | { readonly status: 'ended' };

export interface TransferEvents {
  /** Something in `view` changed. */
  changed(): void;
  /** Its turn is over, or it wants one. */
  turn(): void;
  done(): void;
}

/** One file on its way, in either direction. */
export class Transfer {
  readonly task: Task;
  readonly #clock: Clock;
  readonly #events: TransferEvents;
  readonly #speed = new Speed();
  #state: State;
  #done = 0;
  /** As far as it ever came: what moves again and again moves nothing. */
  #furthest = 0;
  #running: Promise<void> = Promise.resolve();
  #told = 0;
  #setbacks = 0;
  #tickets = 0;

  /** `done` is how far it had come before. */
  constructor(
    task: Task,
    clock: Clock,
    events: TransferEvents,
    { state = 'queued', done = 0 }: { state?: 'queued' | 'paused'; done?: number } = {},
  ) {
    this.task = task;
    this.#done = done;
    this.#clock = clock;
    this.#events = events;
    this.#state = { status: state };
  }

  get status(): State['status'] {
    return this.#state.status;
  }

  /** Bytes of the file that have moved. */
  get done(): number {
    return Math.min(this.#done, this.task.total);
  }

  get view(): TransferView {
    const state = this.#state;
    const { total } = this.task;
    const { done } = this;
    switch (state.status) {
      case 'queued':
      case 'ended':
        return { status: 'waiting', done, total, failure: null };
      case 'running': {
        const left = this.#speed.until(total - done);
        return { status: 'moving', done, total, speed: this.#speed.value, left };
      }
      case 'waiting':
        return { status: 'waiting', done, total, failure: state.failure };
      case 'paused':
        return { status: 'paused', done, total };
      case 'failed':
        return { status: 'failed', failure: state.failure, again: state.again };
      case 'done':
        return { status: 'held' };
      default:
        return state satisfies never;
    }
  }

  /** It is its turn. */
  start(): void {
    if (this.#state.status !== 'queued') return;
    const stop = new AbortController();
    this.#enter({ status: 'running', stop });
    const way = { signal: stop.signal, progress: (done: number) => this.#progress(stop, done) };
    this.#running = this.task.run(way).then(
      () => this.#finished(stop),
      (error: unknown) => this.#setBack(stop, error),
    );
  }

  /** The line broke: it goes on when there is one. */
  lost(): void {
    this.#setbacks = 0;
    if (this.#state.status === 'running' || this.#state.status === 'waiting')
      this.#enter({ status: 'queued' });
  }

  /** The line is back: nothing that waited has to wait longer. */
  wake(): void {
    if (this.#state.status === 'waiting') this.#enter({ status: 'queued' });
  }

  pause(): void {
    if (this.#state.status === 'done' || this.#state.status === 'failed' || this.#state.status === 'ended')
      return;
    this.#enter({ status: 'paused' });
  }

  /** Goes on after a pause or a failure. */
  resume(): void {
    const state = this.#state;
    if (state.status !== 'paused' && !(state.status === 'failed' && state.again)) return;
    this.#setbacks = 0;
    this.#enter({ status: 'queued' });
  }

  fail(failure: Failure, again: boolean): void {
    this.#enter({ status: 'failed', failure, again });
  }

  /** Stops for good, and tells nothing more; resolves when its task does nothing any more. */
  async end(): Promise<void> {
    this.#leave();
    this.#state = { status: 'ended' };
    this.#events.turn();
    await this.#running;
  }

  #enter(state: State): void {
    if (this.#state.status === 'ended') return;
    this.#leave();
    this.#state = state;
    this.#events.changed();
    this.#events.turn();
  }

  /** Lets go of what the present state holds. */
  #leave(): void {
    const state = this.#state;
    if (state.status === 'running') state.stop.abort();
    if (state.status === 'waiting') state.cancel();
  }

  #runs(stop: AbortController): boolean {
    return this.#state.status === 'running' && this.#state.stop === stop;
  }

  #progress(stop: AbortController, done: number): void {
    if (!this.#runs(stop)) return;
    if (done > this.#furthest) {
      this.#furthest = done;
      this.#setbacks = 0;
      this.#tickets = 0;
    }
    this.#done = done;
    const now = this.#clock.now();
    this.#speed.add(now, done);
    if (now - this.#told < TELL) return;
    this.#told = now;
    this.#events.changed();
  }

  #finished(stop: AbortController): void {
    if (!this.#runs(stop)) return;
    this.#done = this.task.total;
    this.#enter({ status: 'done' });
    this.#events.done();
  }

  #setBack(stop: AbortController, error: unknown): void {
    if (!this.#runs(stop)) return;
    const setback = setbackOf(error, this.task.way);
    switch (setback.type) {
      case 'fail':
        this.#enter({ status: 'failed', failure: setback.failure, again: setback.again });
        return;
      case 'ticket':
        this.#tickets += 1;
        if (this.#tickets <= MOST_TICKETS) this.#enter({ status: 'queued' });
        else this.#wait(null, LATE);
        return;
      case 'wait': {
        if (setback.failure === null && this.#setbacks >= MOST_SETBACKS) {
          this.#enter({ status: 'failed', failure: stuck, again: true });
          return;
        }
        const backoff = Math.min(LATE, SOON * 2 ** this.#setbacks);
        this.#setbacks += 1;
        this.#wait(setback.failure, Math.max(setback.retryAfter ?? 0, backoff));
      }
    }
  }

  #wait(failure: Failure | null, delay: number): void {
    const cancel = this.#clock.after(delay, () => this.#enter({ status: 'queued' }));
    this.#enter({ status: 'waiting', failure, cancel });
  }
}
