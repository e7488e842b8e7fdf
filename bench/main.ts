import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Verdict, verdictHeading, verdictRow } from './src/measure/budget.ts';
import { table } from './src/measure/table.ts';
import type { Scenario } from './src/scenario.ts';
import { appends } from './src/scenarios/appends.ts';
import { bundle } from './src/scenarios/bundle.ts';
import { connections } from './src/scenarios/connections.ts';
import { fanout } from './src/scenarios/fanout.ts';
import { files } from './src/scenarios/files.ts';
import { groups } from './src/scenarios/groups.ts';
import { latest } from './src/scenarios/latest.ts';
import { page } from './src/scenarios/page.ts';
import { sustained } from './src/scenarios/sustained.ts';

const scenarios: readonly Scenario[] = [
  fanout,
  sustained,
  connections,
  appends,
  latest,
  groups,
  page,
  files,
  bundle,
];

const HELP = `npm run bench -- [options]

  --quick        about a minute in all, for a first impression
  --only NAME    one benchmark: ${scenarios.map(({ name }) => name).join(', ')}
  --long         read also from a room of a million messages
  --help         this
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const chosen = scenarios.filter(({ name }) => values.only === undefined || values.only === name);
  if (chosen.length === 0) throw new Error(`no benchmark "${values.only}"\n\n${HELP}`);

  const say = (words: string) => process.stdout.write(`${words}\n`);
  say(`${cpus()[0]?.model ?? 'CPU'}, ${availableParallelism()} cores, Node ${process.version}`);
  const verdicts: Verdict[] = [];
  for (const scenario of chosen) {
    say(`\n${scenario.title}`);
    const outcome = await scenario.run(values, (words) => say(`  … ${words}`));
    say(`\n${table(outcome.heading, outcome.rows)}`);
    for (const note of outcome.notes) say(`(${note})`);
    verdicts.push(...outcome.verdicts);
  }
  say(`\n${table(verdictHeading, verdicts.map(verdictRow))}`);
}

await main();
