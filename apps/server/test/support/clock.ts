import type { Millis } from '@aurora/protocol';
import type { Clock } from '../../src/ports/clock.ts';

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 8; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that moves only when a test moves it. */
export class VirtualClock implements Clock {
  wall = 1_790_000_000_000;
  #elapsed = 0;
  #planned: { at: number; act: () => void }[] = [];

  now = () => this.wall as Millis;
  elapsed = () => this.#elapsed;
  soon = (act: () => void) => void setImmediate(act);

  after = (delay: number, act: () => void) => {
    const plan = { at: this.#elapsed + delay, act };
    this.#planned.push(plan);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== plan);
    };
  };

  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#elapsed + ms;
    for (;;) {
      const [next] = this.#planned.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#planned = this.#planned.filter((plan) => plan !== next);
      this.#move(next.at);
      next.act();
      await settle();
    }
    this.#move(end);
  }

  #move(to: number): void {
    const step = Math.max(0, to - this.#elapsed);
    this.#elapsed += step;
    this.wall += step;
  }
}
