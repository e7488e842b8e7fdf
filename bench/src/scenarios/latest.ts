import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';
import { LogProcess, type ReadTimes } from '../servers/log-process.ts';

const READS = 300;
const UNDER_WAY = 4000;

export const latest: Scenario = {
  name: 'latest',
  title: 'The newest page of a short room and of a long one',
  async run({ quick, long }, tell) {
    const sizes = [1000, long ? 1_000_000 : quick ? 20_000 : 100_000];
    const log = new LogProcess();
    const results: ReadTimes[] = [];
    try {
      let total = 0;
      for (const size of sizes) {
        tell(`filling the room up to ${short(size)} messages`);
        await log.append(size - total, { underWay: UNDER_WAY });
        total = size;
        await log.read(READS);
        results.push(await log.read(READS));
      }
    } finally {
      await log.stop();
    }
    const [small, large] = results.map(({ p50 }) => p50);
    return {
      heading: ['messages in the room', 'p50 ms', 'p99 ms'],
      rows: results.map(({ total, p50, p99 }) => [short(total), short(p50), short(p99)]),
      notes: long ? [] : ['with --long the long room has a million messages'],
      verdicts: [
        {
          what: 'newest page of the long room',
          measured: results.at(-1)?.p99 ?? Number.NaN,
          unit: 'ms',
          bound: 'at most',
          budget: 20,
        },
        {
          what: 'long room, against the short one',
          measured: (large ?? Number.NaN) / (small ?? Number.NaN),
          unit: '×',
          bound: 'at most',
          budget: 1.25,
        },
      ],
    };
  },
};
