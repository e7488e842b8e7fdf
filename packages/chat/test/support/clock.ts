import type { Millis } from '@aurora/protocol';
import type { Cancel, Clock } from '../../src/index.ts';

interface Planned {
  readonly at: number;
  readonly call: () => void;
}

export const START = 1_790_000_000_000;

/** Time that passes only when a test says so. */
export class HandClock implements Clock {
  #now = START;
  readonly #planned = new Set<Planned>();

  now(): Millis {
    return this.#now as Millis;
  }

  after(delay: number, call: () => void): Cancel {
    const planned = { at: this.#now + delay, call };
    this.#planned.add(planned);
    return () => {
      this.#planned.delete(planned);
    };
  }

  /** In how many milliseconds each of those that wait is called, soonest first. */
  get waiting(): number[] {
    return [...this.#planned].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Lets so many milliseconds pass, calling in order whoever's moment comes. */
  pass(duration: number): void {
    const end = this.#now + duration;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#planned.delete(next);
      this.#now = next.at;
      next.call();
    }
    this.#now = end;
  }

  #next(end: number): Planned | undefined {
    return [...this.#planned].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
