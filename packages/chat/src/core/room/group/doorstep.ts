import { CryptoError, type Member } from '@aurora/crypto';
import {
  CodecError,
  type Delivery,
  type IdentityId,
  limits,
  RequestError,
  type RoomId,
} from '@aurora/protocol';
import type { Cancel } from '../../../ports/clock.ts';
import { Disconnected } from '../../failures.ts';
import type { Packages } from '../../packages.ts';
import type { RoomPorts } from '../chamber.ts';
import { Arrivals, openWelcome } from './arrival.ts';
import { knockAt } from './knock.ts';

/** How long a Welcome may take that is on its way; between two knocks, of which the relay takes six a minute; and at one room. */
const PATIENCE = 4_000;
const APART = 10_000;
const AGAIN = 60_000;
const MOST_AGAIN = 15 * 60_000;
/** Bytes of mail that waits for the rest of it. */
const MOST_BYTES = 16 * 1024 * 1024;

interface Stranger {
  readonly from: IdentityId;
  readonly arrivals: Arrivals;
  readonly mail: Delivery[];
  bytes: number;
}

interface Asked {
  due: number;
  wait: number;
}

/** A room that a Welcome opens: who let this device in, and all the mail that it takes. */
export interface Opened {
  readonly by: Member;
  readonly mail: readonly Delivery[];
}

/**
 * Rooms that others put this device into and that it knows nothing of. Anybody can do that with any bytes, as often as they like, so
 * there is nothing to see of such a room before a Welcome to it has been opened. Where none came, this device knocks: a member who
 * has it in the group lets it in anew, and a room that is none gets a knock now and then.
 */
export class Doorstep {
  readonly #ports: RoomPorts;
  readonly #packages: Packages;
  readonly #trouble: (error: unknown) => void;
  readonly #strangers = new Map<RoomId, Stranger>();
  readonly #asked = new Map<RoomId, Asked>();
  #notBefore = 0;
  #timer: Cancel = () => {};

  constructor(ports: RoomPorts, packages: Packages, trouble: (error: unknown) => void) {
    this.#ports = ports;
    this.#packages = packages;
    this.#trouble = trouble;
  }

  /** Null until the room is proven. */
  async delivered(delivery: Delivery, from: Member): Promise<Opened | null> {
    const { room } = delivery;
    const stranger = this.#strangerAt(room, from);
    stranger.mail.push(delivery);
    stranger.bytes += delivery.frame.length;
    this.#forgetTooMuch();
    try {
      const { whole, letter } = stranger.arrivals.take(from, delivery);
      // Somebody's answer to a knock that this person gave up.
      if (letter !== null) return null;
      if (whole !== null) {
        const secrets = await this.#packages.secrets();
        await openWelcome({ id: room, ports: this.#ports }, secrets, from, whole.mail, whole.info);
        this.forget(room);
        return { by: from, mail: stranger.mail };
      }
    } catch (error) {
      if (!(error instanceof CryptoError || error instanceof CodecError)) throw error;
    }
    this.expect(room);
    return null;
  }

  /** Knocks at a room, now and then, unless it opens before. */
  expect(room: RoomId): void {
    if (this.#asked.has(room) || this.#asked.size >= limits.rooms) return;
    const due = this.#ports.clock.now() + PATIENCE;
    this.#asked.set(room, { due, wait: AGAIN });
    this.#arm();
  }

  /** It is known, by whatever way. */
  forget(room: RoomId): void {
    this.#strangers.delete(room);
    this.#asked.delete(room);
  }

  lost(): void {
    this.#timer();
    this.#asked.clear();
  }

  #strangerAt(room: RoomId, { identity: from }: Member): Stranger {
    const stranger = this.#strangers.get(room) ?? { from, arrivals: new Arrivals(), mail: [], bytes: 0 };
    this.#strangers.set(room, stranger);
    return stranger;
  }

  /** Whoever sent most loses the oldest, so that nobody's Welcome is pushed out by another's flood. */
  #forgetTooMuch(): void {
    for (;;) {
      const sums = new Map<IdentityId, number>();
      for (const { from, bytes } of this.#strangers.values()) sums.set(from, (sums.get(from) ?? 0) + bytes);
      const all = [...sums].sort(([, one], [, other]) => other - one);
      if (all.reduce((sum, [, bytes]) => sum + bytes, 0) <= MOST_BYTES) return;
      const oldest = [...this.#strangers].find(([, { from }]) => from === all[0]?.[0]);
      if (oldest !== undefined) this.#strangers.delete(oldest[0]);
    }
  }

  #arm(): void {
    const { clock } = this.#ports;
    this.#timer();
    const due = Math.max(this.#notBefore, Math.min(...[...this.#asked.values()].map((one) => one.due)));
    if (due === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.after(Math.max(1, due - clock.now()), () => {
      this.#knock().catch((error: unknown) => {
        if (!(error instanceof Disconnected)) this.#trouble(error);
      });
    });
  }

  async #knock(): Promise<void> {
    const now = this.#ports.clock.now();
    const [next] = [...this.#asked].sort(([, one], [, other]) => one.due - other.due);
    if (next === undefined) return;
    const [room, asked] = next;
    this.#notBefore = now + APART;
    asked.due = now + asked.wait;
    asked.wait = Math.min(MOST_AGAIN, asked.wait * 2);
    this.#arm();
    try {
      // One for all: who is let in by it at one place asks at the others with the next.
      await knockAt({ id: room, ports: this.#ports }, await this.#packages.forKnocks('doorstep'), null);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.code !== 'rate_limited') this.#asked.delete(room);
    }
  }
}
