import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** All files of this package that a file brings in, and the packages that they do. */
function reached(start: URL, seen = new Set<string>(), packages = new Set<string>()): Set<string> {
  if (seen.has(start.href)) return packages;
  seen.add(start.href);
  const code = readFileSync(start, 'utf8');
  for (const [statement, , name = ''] of code.matchAll(/(?:import|export)\s([^;]*?from\s)?'([^']+)';/g)) {
    if (/^(?:import|export) type /.test(statement)) continue;
    if (name.startsWith('.')) reached(new URL(name, start), seen, packages);
    else packages.add(name);
  }
  return packages;
}

test('a page starts without MLS, which only private rooms need, and without X-Wing, until somebody enters', () => {
  const entry = (name: string) => reached(new URL(`../src/${name}.ts`, import.meta.url));
  expect([...entry('index')].sort()).toEqual(['@aurora/protocol', '@hpke/common']);
  expect([...entry('primitives/x-wing')].sort()).toEqual(['@hpke/core', '@hpke/hybridkem-x-wing']);
  expect([...entry('groups')]).toContain('ts-mls');
});
