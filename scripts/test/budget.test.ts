import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bundleBudget } from '../check/budget.ts';
import { planted } from './planted.ts';

const PAGE =
  '<script type="module" crossorigin src="/assets/main.js"></script><link rel="stylesheet" href="/assets/main.css">';
const noise = (bytes: number): string => `/*${randomBytes(bytes / 2).toString('hex')}*/`;
const build = (files: Readonly<Record<string, string>>): string =>
  planted({
    'apps/web/dist/index.html': PAGE,
    'apps/web/dist/assets/main.js': '',
    'apps/web/dist/assets/main.css': '',
    ...Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`apps/web/dist/assets/${name}`, text]),
    ),
  });

describe('the bundle budget', () => {
  it('counts what the page names', async () => {
    expect(await bundleBudget.run(build({ 'main.js': noise(260_000) }))).toEqual([
      expect.stringContaining('initial js'),
    ]);
    expect(await bundleBudget.run(build({ 'main.css': noise(40_000) }))).toEqual([
      expect.stringContaining('initial css'),
    ]);
  });

  it('counts what is imported statically, but not what loads later', async () => {
    const big = noise(260_000);
    const split = { 'a.js': 'export*from"./b.js"', 'b.js': big };
    expect(await bundleBudget.run(build({ ...split, 'main.js': 'import"./a.js";' }))).toHaveLength(1);
    expect(await bundleBudget.run(build({ ...split, 'main.js': 'import("./a.js");' }))).toEqual([]);
  });

  it('does not pass a page that loads no script', async () => {
    const root = planted({ 'apps/web/dist/index.html': '<p>nothing</p>' });
    expect(await bundleBudget.run(root)).toEqual([expect.stringContaining('no script')]);
  });
});
