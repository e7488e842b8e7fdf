import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../bootstrap/root.mjs';
import { canary, format } from '../check/tools.ts';
import { planted } from './planted.ts';

/** A folder that borrows our tools. */
function withTools(files: Readonly<Record<string, string>>): string {
  const root = planted(files);
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

describe('the tools', () => {
  it('fail a file that is not formatted', async () => {
    const root = withTools({ 'a.ts': 'export   const a=1' });
    expect((await format.run(root)).join('\n')).toContain('a.ts');
  });

  it('pass one that is', async () => {
    expect(await format.run(withTools({ 'a.ts': 'export const a = 1;\n' }))).toEqual([]);
  });

  it('notice a type checker that sees nothing', async () => {
    const root = withTools({
      'tsconfig.json':
        '{ "compilerOptions": { "strict": true, "noEmit": true, "module": "preserve", "target": "es2024" } }',
      'scripts/check/canary/tsconfig.json': '{ "extends": "../../../tsconfig.json", "include": ["*"] }',
      'scripts/check/canary/planted.ts': 'export const planted: number = 1;\n',
      'scripts/check/canary/Planted.svelte': '<script lang="ts">let planted: number = 1;</script>{planted}\n',
    });
    expect(await canary.run(root)).toEqual([
      expect.stringContaining('tsc'),
      expect.stringContaining('svelte-check'),
    ]);
  });
});
