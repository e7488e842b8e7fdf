import { setTimeout as pause } from 'node:timers/promises';
import { Histogram } from '../measure/histogram.ts';
import type { Pace } from '../servers/log-process.ts';
import { Member } from './member.ts';
import { relay } from './relay.ts';

export interface AppendOptions {
  readonly port: number;
  readonly origin: string;
  readonly senders: number;
  readonly first: number;
  readonly seconds: number;

  readonly pace: Pace;
}

export interface AppendResult {
  readonly acked: number;
  readonly sent: number;
  /** From the intended time of an append to its answer. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Acks a second over the time until the last. */
  readonly rate: number;
}

/** Appends through real sockets, and takes the time until each is acknowledged. */
export async function appendLoad(options: AppendOptions): Promise<AppendResult> {
  const { senders, seconds, pace } = options;
  const latency = new Histogram();
  const intended: number[] = [];
  let lost: string | undefined;
  let acked = 0;
  let last = 0;
  const dialect = relay(options.origin, {
    acked(index) {
      last = performance.now();
      acked += 1;
      latency.add(last - (intended[index] ?? Number.NaN));
    },
  });
  const members: Member[] = [];
  for (let i = 0; i < senders; i += 1) {
    const target = { port: options.port, from: '127.0.0.1' };
    await new Promise<void>((resolve, reject) => {
      members.push(
        new Member(options.first + i, dialect, options.origin, target, {
          ready: resolve,
          frame: (_, messages) => messages(),
          closed(why) {
            lost = why;
            reject(new Error(why));
          },
        }),
      );
    });
  }
  const start = performance.now();
  const append = (at: number) => {
    const index = intended.push(at) - 1;
    members[index % senders]?.send(index);
  };
  const end = start + seconds * 1000;
  for (let now = start; now < end && lost === undefined; now = performance.now()) {
    if ('rate' in pace) {
      const due = Math.floor(((now - start) * pace.rate) / 1000);
      while (intended.length < due) append(start + (intended.length * 1000) / pace.rate);
      await pause(1);
    } else {
      while (intended.length - acked < pace.underWay) append(performance.now());
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const patience = performance.now() + 10_000;
  while (acked < intended.length && lost === undefined && performance.now() < patience) await pause(5);
  for (const member of members) member.close();
  return {
    acked,
    sent: intended.length,
    p50: latency.quantile(0.5),
    p99: latency.quantile(0.99),
    worst: latency.quantile(1),
    rate: (acked * 1000) / (last - start),
  };
}
