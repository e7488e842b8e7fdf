import { RequestError } from '@aurora/protocol';
import type { Cancel, Clock } from '../ports/clock.ts';

/** So many requests at once: a refusal by rate costs some of the relay's patience, and each of these could be refused. */
const AT_ONCE = 32;
/** A longer wait than this is for the one who asked to decide on. */
const LONGEST = 2_000;
const MOST_REPEATS = 8;

/**
 * Keeps a session within the relay's rates, such as when many rooms come in at once after a reconnection: some requests at a time,
 * and after a refusal one after the other, as far apart as the relay asked for.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #queue: (() => void)[] = [];
  readonly #sleeping = new Map<() => void, Cancel>();
  #running = 0;
  /** When the last of those goes that were told to wait, and how far apart they go. */
  #until = 0;
  #apart = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a request that may be sent again. Throws what it throws, RequestError of a rate too if the wait is long. */
  async run<T>(request: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#queue.push(go));
    this.#running += 1;
    try {
      if (this.#until > this.#clock.now()) await this.#turn();
      for (let repeat = 1; ; repeat += 1) {
        try {
          return await request();
        } catch (error) {
          const wait = waitOf(error);
          if (wait === null || repeat > MOST_REPEATS) throw error;
          this.#apart = wait;
          await this.#turn();
        }
      }
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  #turn(): Promise<void> {
    const now = this.#clock.now();
    this.#until = Math.max(now, this.#until) + this.#apart;
    return new Promise((go) => {
      const wake = () => {
        this.#sleeping.delete(wake);
        go();
      };
      this.#sleeping.set(wake, this.#clock.after(this.#until - now, wake));
    });
  }

  /** The line is gone: nobody waits any longer, and each request finds out for itself. */
  end(): void {
    this.#until = 0;
    for (const [wake, cancel] of this.#sleeping) {
      cancel();
      wake();
    }
  }
}

function waitOf(error: unknown): number | null {
  if (!(error instanceof RequestError) || error.code !== 'rate_limited') return null;
  const wait = error.retryAfter ?? LONGEST;
  return wait > LONGEST ? null : Math.max(1, wait);
}
