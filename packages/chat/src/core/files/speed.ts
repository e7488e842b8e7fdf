import type { Millis } from '@aurora/protocol';

/** Over how long the speed is taken, and before which none is told, in milliseconds. */
const WINDOW = 5_000;
const SOON = 800;

/** How fast a transfer moves, from how far it had come in the last seconds. */
export class Speed {
  #samples: { readonly at: Millis; readonly done: number }[] = [];

  add(at: Millis, done: number): void {
    this.#samples.push({ at, done });
    const from = this.#samples.findIndex((sample) => at - sample.at <= WINDOW);
    this.#samples = this.#samples.slice(Math.max(0, from));
  }

  /** Bytes a second; null while it cannot be told. */
  get value(): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < SOON) return null;
    return Math.max(0, ((last.done - first.done) * 1000) / (last.at - first.at));
  }

  /** Milliseconds until so many bytes more have moved; null while it cannot be told. */
  until(left: number): number | null {
    const speed = this.value;
    return speed === null || speed === 0 ? null : Math.ceil((left * 1000) / speed);
  }
}
