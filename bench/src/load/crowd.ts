import { setTimeout as pause } from 'node:timers/promises';
import { clock } from '../clock.ts';
import { Histogram } from '../measure/histogram.ts';
import { OrderChecker } from '../measure/order.ts';
import type { Dialect } from './dialect.ts';
import { Member } from './member.ts';
import { Repeats } from './repeats.ts';
import { intendedAt, type Schedule } from './schedule.ts';

export interface CrowdOptions {
  readonly members: number;
  /** How many senders there are in all, who write in turn. */
  readonly senders: number;
  /** Number of the first member, so that several crowds are different people. */
  readonly first: number;
  readonly port: number;
  readonly origin: string;
  /** Connections that may be opening at once. */
  readonly opening: number;
}

export interface RunResult {
  readonly delivered: number;
  readonly expected: number;
  readonly frames: number;
  /** Deliveries in another order, or after a gap, or repeated. */
  readonly faults: number;
  readonly lost: readonly string[];
  /** From the time a message was meant to be sent to a delivery of it. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Milliseconds that the sending itself fell behind its schedule, at worst. */
  readonly lag: number;
}

/** Everybody has an address of 127/8, as on the Internet; and the ports of one address would run out. */
function addressOf(member: number): string {
  return `127.0.${1 + (Math.floor(member / 250) % 250)}.${1 + (member % 250)}`;
}

/** Members on real sockets who check all that they are told, and write by a schedule. */
export class Crowd {
  readonly #members: Member[] = [];
  readonly #lost: string[] = [];
  readonly #repeats = new Repeats();
  readonly #order: OrderChecker;
  readonly #options: CrowdOptions;
  #schedule: Schedule = { first: 0, count: 0, start: 0, rate: 1 };
  #latency = new Histogram();
  #frames = 0;
  #delivered = 0;
  #closing = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#order = new OrderChecker(options.members, options.senders);
  }

  /** Opens all members; the milliseconds it took. */
  async open(dialect: Dialect): Promise<number> {
    const started = clock();
    const { members, opening } = this.#options;
    await new Promise<void>((resolve, reject) => {
      let ready = 0;
      const failed = (why: string) => reject(new Error(`a member did not get in after ${ready}: ${why}`));
      const openNext = () => {
        if (this.#members.length === members) return;
        this.#members.push(this.#member(this.#members.length, dialect, entered, failed));
      };
      const entered = () => {
        ready += 1;
        if (ready === members) resolve();
        else openNext();
      };
      for (let i = 0; i < Math.min(opening, members); i += 1) openNext();
    });
    return clock() - started;
  }

  /** Takes part in a schedule, writing it or not, until all of it is delivered or patience (in ms) is over. */
  async run(schedule: Schedule, write: boolean, patience: number): Promise<RunResult> {
    const expected = schedule.count * this.#options.members;
    this.#schedule = schedule;
    this.#latency = new Histogram();
    this.#frames = 0;
    this.#delivered = 0;
    const lag = write ? await this.#write(schedule) : 0;
    const deadline = intendedAt(schedule, schedule.first + schedule.count) + patience;
    while (this.#delivered < expected && this.#lost.length === 0 && clock() < deadline) await pause(5);
    return {
      delivered: this.#delivered,
      expected,
      frames: this.#frames,
      faults: this.#order.faults,
      lost: this.#lost,
      p50: this.#latency.quantile(0.5),
      p99: this.#latency.quantile(0.99),
      worst: this.#latency.quantile(1),
      lag,
    };
  }

  close(): void {
    this.#closing = true;
    for (const member of this.#members) member.close();
  }

  /** Sends each message at its time or, if this process was late, at once; how late that was at worst. */
  async #write(schedule: Schedule): Promise<number> {
    const { first, count } = schedule;
    let lag = 0;
    for (let message = first; message < first + count && this.#lost.length === 0; ) {
      const now = clock();
      for (; message < first + count && intendedAt(schedule, message) <= now; message += 1) {
        lag = Math.max(lag, now - intendedAt(schedule, message));
        this.#members[message % this.#options.senders]?.send(message);
      }
      await pause(1);
    }
    return lag;
  }

  #member(index: number, dialect: Dialect, ready: () => void, failed: (why: string) => void): Member {
    const { first, port, origin } = this.#options;
    const target = { port, from: addressOf(first + index) };
    return new Member(first + index, dialect, origin, target, {
      ready,
      frame: (payload, messages) => this.#frame(index, payload, messages),
      closed: (why) => {
        if (this.#closing) return;
        this.#lost.push(why);
        failed(why);
      },
    });
  }

  #frame(member: number, payload: Buffer, messages: () => readonly number[]): void {
    const place = this.#order.seen(member);
    const repeated = this.#repeats.find(place, payload);
    if (repeated !== undefined) {
      this.#order.skip(member, repeated);
      this.#count(place, repeated);
      return;
    }
    const indexes = messages();
    if (indexes.length === 0) return;
    for (const index of indexes) this.#order.take(member, index);
    this.#repeats.keep(place, payload, indexes.length);
    this.#count(place, indexes.length);
  }

  #count(place: number, messages: number): void {
    const now = clock();
    this.#frames += 1;
    this.#delivered += messages;
    for (let at = place; at < place + messages; at += 1) {
      this.#latency.add(now - intendedAt(this.#schedule, this.#order.at(at)));
    }
  }
}
