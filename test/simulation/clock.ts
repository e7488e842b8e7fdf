import type { Millis } from '@aurora/protocol';

interface Planned {
  readonly at: number;
  readonly order: number;
  act: (() => void) | null;
}

/** Time that passes only when `step` says so, for clients and relay alike. */
export class SimulatedClock {
  #now: number;
  #order = 0;
  #planned: Planned[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): Millis {
    return Math.floor(this.#now) as Millis;
  }

  elapsed(): number {
    return this.#now;
  }

  after(delay: number, act: () => void): () => void {
    const planned: Planned = { at: this.#now + Math.max(0, delay), order: this.#order, act };
    this.#order += 1;
    this.#planned.push(planned);
    return () => {
      planned.act = null;
    };
  }

  soon(act: () => void): void {
    this.after(0, act);
  }

  /** Does what comes next, at its time; false when nothing is planned up to `limit`. */
  step(limit: number): boolean {
    this.#planned = this.#planned.filter(({ act }) => act !== null);
    const next = this.#planned.reduce<Planned | null>((best, planned) => {
      if (best === null || planned.at < best.at) return planned;
      return planned.at === best.at && planned.order < best.order ? planned : best;
    }, null);
    if (next === null || next.at > limit) {
      this.#now = Math.max(this.#now, limit);
      return false;
    }
    this.#now = Math.max(this.#now, next.at);
    const { act } = next;
    next.act = null;
    act?.();
    return true;
  }
}
