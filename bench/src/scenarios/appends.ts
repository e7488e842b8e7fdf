import { Generator } from '../load/generator.ts';
import { type Spread, spread } from '../measure/spread.ts';
import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';
import { type AppendTimes, LogProcess } from '../servers/log-process.ts';
import { ServerProcess } from '../servers/server.ts';

const RATE = 2000;
const UNDER_WAY = 2000;
const SENDERS = 2;

interface Run {
  readonly paced: AppendTimes;
  readonly most: AppendTimes;
}

/** The log alone. */
async function onLog(seconds: number): Promise<Run> {
  const log = new LogProcess();
  try {
    await log.append(RATE, { rate: RATE });
    const paced = await log.append(RATE * seconds, { rate: RATE });
    const most = await log.append(15_000 * seconds, { underWay: UNDER_WAY });
    return { paced, most };
  } finally {
    await log.stop();
  }
}

/** A whole relay: sockets, sessions, log, answers, and every entry told to all senders. */
async function throughSockets(seconds: number): Promise<Run> {
  const server = new ServerProcess('aurora');
  const generator = new Generator();
  try {
    const port = await server.start();
    const load = { port, origin: `http://127.0.0.1:${port}`, senders: SENDERS, first: 0 };
    await generator.append({ ...load, seconds: 1, pace: { rate: RATE } });
    const paced = await generator.append({ ...load, seconds, pace: { rate: RATE } });
    const most = await generator.append({ ...load, seconds, pace: { underWay: UNDER_WAY } });
    for (const { acked, sent } of [paced, most])
      if (acked !== sent) throw new Error(`${sent - acked} of ${sent} appends were not acknowledged`);
    return { paced, most };
  } finally {
    await Promise.all([generator.stop(), server.stop()]);
  }
}

const ways = { 'log alone': onLog, 'through sockets': throughSockets } as const;
type Way = keyof typeof ways;
const wayNames: readonly Way[] = ['log alone', 'through sockets'];

export const appends: Scenario = {
  name: 'appends',
  title: 'Durable appends: acknowledged when on disk',
  async run({ quick }, tell) {
    const results = new Map<Way, Run[]>(wayNames.map((way) => [way, []]));
    for (let turn = 0; turn < (quick ? 1 : 3); turn += 1) {
      for (const way of wayNames) {
        tell(`${way}, run ${turn + 1}`);
        results.get(way)?.push(await ways[way](quick ? 2 : 5));
      }
    }
    const of = (way: Way, value: (run: Run) => number): Spread => spread((results.get(way) ?? []).map(value));
    const verdicts = wayNames.flatMap((way) => [
      {
        what: `durable appends, ${way}`,
        measured: of(way, (run) => run.most.rate).median,
        unit: '/s',
        bound: 'at least' as const,
        budget: 20_000,
      },
      {
        what: `p99 ack at ${RATE}/s, ${way}`,
        measured: of(way, (run) => run.paced.p99).median,
        unit: 'ms',
        bound: 'at most' as const,
        budget: 25,
      },
    ]);
    return {
      heading: ['way', 'most /s', 'spread', `at ${RATE}/s: p50 ms`, 'p99 ms', 'spread'],
      rows: wayNames.map((way) => {
        const most = of(way, (run) => run.most.rate);
        const p99 = of(way, (run) => run.paced.p99);
        return [
          way,
          short(most.median),
          `${short(most.least)}–${short(most.most)}`,
          short(of(way, (run) => run.paced.p50).median),
          short(p99.median),
          `${short(p99.least)}–${short(p99.most)}`,
        ];
      }),
      notes: ['from the time an append was meant to be sent; TMPDIR chooses the disk'],
      verdicts,
    };
  },
};
