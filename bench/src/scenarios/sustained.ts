import { spread } from '../measure/spread.ts';
import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';
import { type ServerName, serverNames } from '../servers/server.ts';
import { Stage } from '../stage.ts';

const MEMBERS = 1000;
const P99 = 100;

/** Messages a second to begin with: well within the reach of each. */
const beginnings: Record<ServerName, number> = { floor: 1600, aurora: 1600, 'ws loop': 50, 'Socket.IO': 50 };

interface Highest {
  readonly rate: number;
  readonly p99: number;
}

/** Whether all of this rate came, in order and in time: its p99, or undefined. */
async function holds(stage: Stage, rate: number, seconds: number): Promise<number | undefined> {
  await stage.load(Math.min(rate, 50), 0.5, 10_000);
  const { delivered, expected, faults, lost, p99 } = await stage.load(rate, seconds, 10_000);
  return delivered === expected && faults === 0 && lost.length === 0 && p99 < P99 ? p99 : undefined;
}

/** Climbs in steps until one is too high, then halves the last step a few times. Each step has a fresh server. */
async function highest(name: ServerName, seconds: number, halvings: number): Promise<Highest> {
  const once = (rate: number) => Stage.with(name, MEMBERS, (stage) => holds(stage, rate, seconds));
  // A stall of the machine is not the server's limit: what holds at the second try holds.
  const step = async (rate: number) => (await once(rate)) ?? (await once(rate));
  let best: Highest = { rate: 0, p99: Number.NaN };
  let tooHigh = Number.POSITIVE_INFINITY;
  for (let rate = beginnings[name]; tooHigh === Number.POSITIVE_INFINITY; rate *= 2) {
    const p99 = await step(rate);
    if (p99 === undefined) tooHigh = rate;
    else best = { rate, p99 };
  }
  for (let i = 0; i < halvings; i += 1) {
    const rate = (best.rate + tooHigh) / 2;
    const p99 = await step(rate);
    if (p99 === undefined) tooHigh = rate;
    else best = { rate, p99 };
  }
  return best;
}

export const sustained: Scenario = {
  name: 'sustained',
  title: `Sustained: the most deliveries/s to ${MEMBERS} members at p99 < ${P99} ms`,
  async run({ quick }, tell) {
    const results = new Map<ServerName, Highest[]>(serverNames.map((name) => [name, []]));
    for (let turn = 0; turn < (quick ? 1 : 3); turn += 1) {
      for (const name of serverNames) {
        tell(`${name}, run ${turn + 1}`);
        results.get(name)?.push(await highest(name, quick ? 1 : 2, quick ? 1 : 2));
      }
    }
    const rates = (name: ServerName) => spread((results.get(name) ?? []).map(({ rate }) => rate * MEMBERS));
    const aurora = rates('aurora').median;
    return {
      heading: ['server', 'deliveries/s', 'spread', 'p99 ms', 'aurora is'],
      rows: serverNames.map((name) => {
        const { median, least, most } = rates(name);
        return [
          name,
          short(median),
          `${short(least)}–${short(most)}`,
          short(spread((results.get(name) ?? []).map(({ p99 }) => p99)).median),
          `${short(aurora / median)} ×`,
        ];
      }),
      notes: [
        'a rate counts when every message reached every member, in one order, at such a p99, at the first or the second try',
      ],
      verdicts: [
        {
          what: 'sustained deliveries, against Socket.IO',
          measured: aurora / rates('Socket.IO').median,
          unit: '×',
          bound: 'at least',
          budget: 10,
        },
        {
          what: 'sustained deliveries, against a ws loop',
          measured: aurora / rates('ws loop').median,
          unit: '×',
          bound: 'at least',
          budget: 5,
        },
      ],
    };
  },
};
