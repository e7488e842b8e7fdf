import type { Cancel, Clock } from '../../ports/clock.ts';

/** Each socket is looked at once a round: so many groups, one a second. */
const GROUPS = 30;
const STEP = 1000;
/** Rounds without a sound after which a socket is dropped: SPEC [TR8] says 60 s. */
const PATIENCE = 2;

/** What the heartbeat needs of a connection. */
export interface Beating {
  /** Whether anything was heard since the last look. */
  heard: boolean;
  /** Pings that nothing was heard after. */
  unanswered: number;
  ping(): void;
  drop(): void;
}

/** Pings idle sockets, a thirtieth of them each second, so that 20,000 pings never come at once. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #groups = Array.from({ length: GROUPS }, () => new Set<Beating>());
  #added = 0;
  #turn = 0;
  #cancel: Cancel;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#cancel = clock.after(STEP, () => this.#step());
  }

  /** Looks after a socket, until what it answers is called. */
  add(connection: Beating): () => void {
    const group = this.#groups[this.#added % GROUPS];
    this.#added += 1;
    group?.add(connection);
    return () => group?.delete(connection);
  }

  stop(): void {
    this.#cancel();
  }

  #step(): void {
    for (const connection of this.#groups[this.#turn] ?? []) {
      const { heard } = connection;
      connection.heard = false;
      if (heard) connection.unanswered = 0;
      else if (connection.unanswered >= PATIENCE) connection.drop();
      else {
        connection.unanswered += 1;
        connection.ping();
      }
    }
    this.#turn = (this.#turn + 1) % GROUPS;
    this.#cancel = this.#clock.after(STEP, () => this.#step());
  }
}
