import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPatches, patches } from '../bootstrap/patches.mjs';
import { ROOT } from '../bootstrap/root.mjs';
import { planted } from './planted.ts';

const patch = {
  name: 'sums',
  version: '1.0.0',
  file: 'index.js',
  changes: [{ from: 'a - b', to: 'a + b' }],
};

const installed = (version: string, code: string): string =>
  planted({
    'node_modules/sums/package.json': JSON.stringify({ version }),
    'node_modules/sums/index.js': code,
  });
const codeIn = (root: string): string => readFileSync(join(root, 'node_modules/sums/index.js'), 'utf8');

describe('mending a package', () => {
  it('changes the place once, and nothing the second time', () => {
    const root = installed('1.0.0', 'return a - b;');
    applyPatches(root, [patch]);
    applyPatches(root, [patch]);
    expect(codeIn(root)).toBe('return a + b;');
  });

  it('leaves alone what is not installed', () => {
    expect(() => applyPatches(planted({}), [patch])).not.toThrow();
  });

  it.each([
    ['another version', '1.0.1', 'return a - b;'],
    ['other code', '1.0.0', 'return b - a;'],
    ['the place twice', '1.0.0', 'a - b; a - b;'],
  ])('refuses %s, and touches nothing', (_what, version, code) => {
    const root = installed(version, code);
    expect(() => applyPatches(root, [patch])).toThrow(/the installed sums is not 1\.0\.0 as published/);
    expect(codeIn(root)).toBe(code);
  });

  it('was done to what this very test runs with', () => {
    for (const { name, file, changes } of patches) {
      const code = readFileSync(join(ROOT, 'node_modules', name, file), 'utf8');
      for (const { from, to } of changes)
        expect([code.includes(from), code.includes(to)]).toEqual([false, true]);
    }
  });
});
