// Everything that must hold of the sources, one line a check: `npm run check`. With `--report=FILE` the counts are
// also written as JSON.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ROOT } from './bootstrap/root.mjs';
import type { Check } from './check/check.ts';
import { checks } from './check/checks.ts';

const { values } = parseArgs({ options: { report: { type: 'string' } } });

let failed = 0;
for (const check of checks) {
  const problems = await problemsOf(check);
  if (problems.length > 0) failed++;
  process.stdout.write(`${problems.length > 0 ? '✗' : '✓'} ${check.name}\n`);
  for (const problem of problems) process.stdout.write(`    ${problem}\n`);
}
const passed = checks.length - failed;
process.stdout.write(`${passed} checks passed, ${failed} failed\n`);
if (values.report) writeFileSync(values.report, JSON.stringify({ passed, failed }));
process.exitCode = failed > 0 ? 1 : 0;

/** A check that throws has failed; the others still run. */
async function problemsOf(check: Check): Promise<readonly string[]> {
  try {
    return await check.run(ROOT);
  } catch (error) {
    return [String(error)];
  }
}
