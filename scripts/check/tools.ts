import type { Check } from './check.ts';
import { problemsOf, runTool } from './tool.ts';

const TSC = 'typescript/bin/tsc';
const SVELTE_CHECK = 'svelte-check/bin/svelte-check';

const tool = (name: string, script: string, ...args: readonly string[]): Check => ({
  name,
  run: async (root) => problemsOf(await runTool(root, script, args)),
});

export const format = tool(
  'format and lint',
  '@biomejs/biome/bin/biome',
  'check',
  '--error-on-warnings',
  '.',
);
export const types = tool('types', TSC, '--project', '.', '--pretty', 'false');
export const components = tool(
  'types of components',
  SVELTE_CHECK,
  ...['--workspace', 'apps/web', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
);
export const deadCode = tool(
  'dead code',
  'knip/bin/knip.js',
  '--no-progress',
  '--treat-config-hints-as-errors',
);

const CANARY = 'scripts/check/canary';

/** Type checkers have fallen silent before. Each must find the error that was planted for it, or its word is worth nothing. */
export const canary: Check = {
  name: 'planted type errors',
  run: async (root) => {
    const tsc = await runTool(root, TSC, ['--project', CANARY, '--pretty', 'false']);
    const args = ['--workspace', CANARY, '--tsconfig', './tsconfig.json', '--output', 'machine'];
    const svelte = await runTool(root, SVELTE_CHECK, args);
    return [
      ...(sees(tsc.output, 'planted.ts') && tsc.code !== 0
        ? []
        : ['tsc did not see the error in planted.ts']),
      ...(sees(svelte.output, 'Planted.svelte') && svelte.code !== 0
        ? []
        : ['svelte-check did not see the error in Planted.svelte']),
    ];
  },
};

const sees = (output: string, file: string): boolean =>
  output.split('\n').some((line) => line.includes(file) && line.includes("Type 'string' is not assignable"));
