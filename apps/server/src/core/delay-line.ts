import type { Cancel, Clock } from '../ports/clock.ts';

/**
 * Many things that each come due the same time after they were put in: one timer for all of them, since a timer for
 * each of 20,000 sessions costs more than the sessions.
 */
export class DelayLine<T> {
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #due: (items: readonly T[]) => void;
  #items: { at: number; item: T }[] = [];
  #cancel: Cancel | undefined;

  constructor(clock: Clock, delay: number, due: (items: readonly T[]) => void) {
    this.#clock = clock;
    this.#delay = delay;
    this.#due = due;
  }

  push(item: T): void {
    this.#items.push({ at: this.#clock.elapsed() + this.#delay, item });
    this.#cancel ??= this.#clock.after(this.#delay, () => this.#fire());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#items = [];
  }

  #fire(): void {
    this.#cancel = undefined;
    const now = this.#clock.elapsed();
    const cut = this.#items.findIndex(({ at }) => at > now);
    const due = this.#items.splice(0, cut === -1 ? this.#items.length : cut);
    const next = this.#items[0];
    if (next !== undefined) this.#cancel = this.#clock.after(Math.ceil(next.at - now), () => this.#fire());
    if (due.length > 0) this.#due(due.map(({ item }) => item));
  }
}
