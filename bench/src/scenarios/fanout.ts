import { type Spread, spread } from '../measure/spread.ts';
import { short } from '../measure/table.ts';
import type { Options, Scenario } from '../scenario.ts';
import { type ServerName, serverNames } from '../servers/server.ts';
import { type Load, Stage } from '../stage.ts';

const MEMBERS = 1000;
const RATE = 200;

function middle(runs: readonly Load[], of: (run: Load) => number): Spread {
  return spread(runs.map(of));
}

export const fanout: Scenario = {
  name: 'fanout',
  title: `Fan-out: ${MEMBERS} members, ${RATE} messages/s of 128 bytes`,
  async run({ quick }: Options, tell) {
    const results = new Map<ServerName, Load[]>(serverNames.map((name) => [name, []]));
    for (let turn = 0; turn < (quick ? 1 : 3); turn += 1) {
      for (const name of serverNames) {
        tell(`${name}, run ${turn + 1}`);
        const load = await Stage.with(name, MEMBERS, async (stage) => {
          await stage.load(RATE, 1, 10_000);
          return stage.load(RATE, quick ? 2 : 5, 30_000);
        });
        results.get(name)?.push(load);
      }
    }
    const cost = (name: ServerName) => middle(results.get(name) ?? [], (run) => run.cost);
    const floor = cost('floor').median;
    return {
      heading: [
        'server',
        'CPU µs/delivery',
        'spread',
        '× floor',
        'p50 ms',
        'p99 ms',
        'messages/frame',
        'CPU µs/frame',
        'server CPU',
        'readers CPU',
        'writers late ms',
        'delivered',
        'faults',
      ],
      rows: serverNames.map((name) => {
        const runs = results.get(name) ?? [];
        const { median, least, most } = cost(name);
        const show = (of: (run: Load) => number) => short(middle(runs, of).median);
        const percent = (of: (run: Load) => number) => `${Math.round(middle(runs, of).median * 100)} %`;
        return [
          name,
          short(median),
          `${short(least)}–${short(most)}`,
          short(median / floor),
          show((run) => run.p50),
          show((run) => run.p99),
          show((run) => run.gathered),
          show((run) => run.cost * run.gathered),
          percent((run) => run.server),
          percent((run) => run.readers),
          show((run) => run.lag),
          percent((run) => run.delivered / run.expected),
          String(runs.reduce((sum, run) => sum + run.faults + run.lost.length, 0)),
        ];
      }),
      notes: ['aurora stores every message durably and numbers it; the others only pass it on'],
      verdicts: [
        {
          what: 'fan-out CPU a delivery, against the floor',
          measured: cost('aurora').median / floor,
          unit: '×',
          bound: 'at most',
          budget: 1.2,
        },
      ],
    };
  },
};
