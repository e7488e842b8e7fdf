import { type Spread, spread } from '../measure/spread.ts';
import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';
import { LogProcess, type ReadTimes } from '../servers/log-process.ts';

const READS = 200;
const TURNS = 7;
const UNDER_WAY = 4000;
/** Two ways of doing the same differ by as much from run to run. */
const TOLERANCE = 1.25;

async function filled(size: number): Promise<LogProcess> {
  const log = new LogProcess();
  await log.append(size, { underWay: UNDER_WAY });
  await log.read(READS);
  return log;
}

export const latest: Scenario = {
  name: 'latest',
  title: 'The newest page of a short room and of a long one',
  async run({ quick, long }, tell) {
    const sizes = [1000, long ? 1_000_000 : quick ? 20_000 : 100_000];
    const logs: LogProcess[] = [];
    const results: ReadTimes[][] = sizes.map(() => []);
    try {
      for (const size of sizes) {
        tell(`a room of ${short(size)} messages`);
        logs.push(await filled(size));
      }
      // In turns, so that whatever else the machine does falls on both.
      for (let turn = 0; turn < TURNS; turn += 1) {
        for (const [index, log] of logs.entries()) results[index]?.push(await log.read(READS));
      }
    } finally {
      await Promise.all(logs.map((log) => log.stop()));
    }
    const medians: Spread[] = results.map((turns) => spread(turns.map(({ median }) => median)));
    const [small, large] = medians.map(({ median }) => median);
    const worst = results.map((turns) => Math.max(...turns.map(({ most }) => most)));
    return {
      heading: ['messages in the room', 'ms a page', 'spread', 'worst of all'],
      rows: medians.map(({ median, least, most }, index) => [
        short(results[index]?.[0]?.total ?? Number.NaN),
        short(median),
        `${short(least)}–${short(most)}`,
        short(worst[index] ?? Number.NaN),
      ]),
      notes: long ? [] : ['with --long the long room has a million messages'],
      verdicts: [
        {
          what: 'newest page of the long room',
          measured: large ?? Number.NaN,
          unit: 'ms',
          bound: 'at most',
          budget: 20,
        },
        {
          what: 'long room, against the short one',
          measured: (large ?? Number.NaN) / (small ?? Number.NaN),
          unit: '×',
          bound: 'at most',
          budget: TOLERANCE,
        },
      ],
    };
  },
};
