import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer } from '../../ports/observer.ts';

export interface Metrics {
  readonly observer: Omit<Observer, 'fault'>;
  text(): Promise<{ readonly type: string; readonly body: string }>;
  stop(): void;
}

const NANOSECONDS = 1e9;

/** The relay's figures for Prometheus. None of them names anybody. */
export function prometheus(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const sessions = new Gauge({ name: 'aurora_sessions', help: 'Live sockets', registers });
  const appends = new Counter({ name: 'aurora_appends_total', help: 'Entries made durable', registers });
  const deliveries = new Counter({
    name: 'aurora_deliveries_total',
    help: 'Batches written to sessions',
    registers,
  });
  const batch = new Histogram({
    name: 'aurora_batch_bytes',
    help: 'Bytes of a shared batch',
    buckets: [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
    registers,
  });
  const refusals = new Counter({
    name: 'aurora_refusals_total',
    help: 'Requests refused',
    labelNames: ['code'],
    registers,
  });
  const ends = new Counter({
    name: 'aurora_closes_total',
    help: 'Sessions ended by the relay',
    labelNames: ['reason'],
    registers,
  });
  new Gauge({
    name: 'aurora_event_loop_delay_p99_seconds',
    help: 'Since the last look',
    registers,
    collect() {
      this.set(Number.isNaN(delay.mean) ? 0 : delay.percentile(99) / NANOSECONDS);
      delay.reset();
    },
  });
  new Gauge({
    name: 'aurora_resident_memory_bytes',
    help: 'Memory of the process',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });

  return {
    observer: {
      sessions: (live) => sessions.set(live),
      appended: () => appends.inc(),
      delivered(count, bytes) {
        deliveries.inc(count);
        batch.observe(bytes);
      },
      refused: (code) => refusals.inc({ code }),
      ended: (reason) => ends.inc({ reason }),
    },
    async text() {
      return { type: registry.contentType, body: await registry.metrics() };
    },
    stop: () => delay.disable(),
  };
}
