import type { Clock } from '../../ports/clock.ts';
import type { Session } from './session.ts';

/** Sends what sessions were told in one turn of the event loop as one message each. */
export class Outlet {
  readonly #clock: Clock;
  #waiting: Session[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `session` has something to send. */
  add(session: Session): void {
    if (this.#waiting.push(session) === 1) this.#clock.soon(() => this.#flush());
  }

  #flush(): void {
    const sessions = this.#waiting;
    this.#waiting = [];
    for (const session of sessions) session.flush();
  }
}
