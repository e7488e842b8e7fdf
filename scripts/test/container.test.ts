import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { options } from '../../apps/server/src/options.ts';
import { commands } from '../bootstrap/commands.mjs';
import { ROOT } from '../bootstrap/root.mjs';
import { judgeNode } from '../bootstrap/version.mjs';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('docker-compose.yml');
const all = (pattern: RegExp): string[] => [...dockerfile.matchAll(pattern)].map(([, found = '']) => found);

describe('the container keeps in step with npm start', () => {
  it('runs the same entry', () => {
    const entry = /CMD \["node", "(apps[^"]+)"\]\n$/.exec(dockerfile)?.[1] ?? 'no entry';
    expect(existsSync(join(ROOT, entry))).toBe(true);
    expect(read('scripts/bootstrap/commands.mjs')).toContain(`'${entry}'`);
  });

  it('builds by the bootstrap, on a Node that runs the sources', () => {
    expect([...commands.keys()]).toContain(/bootstrap\.mjs (\w+)/.exec(dockerfile)?.[1]);
    for (const major of all(/FROM node:(\d+)/g)) expect(judgeNode(`${major}.0.0`)).toEqual({ kind: 'ready' });
  });

  it('copies only what exists', () => {
    const copied = all(/^COPY (?!--from)([^.\n][^\n]*) [^ \n]+$/gm).flatMap((paths) => paths.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  });

  it('gives npm the package.json of every workspace, as the lock file needs them', () => {
    const workspaces = ['packages', 'apps'].flatMap((folder) =>
      readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
    );
    for (const workspace of [...workspaces, 'bench', 'test'])
      expect(dockerfile).toContain(`COPY ${workspace}/package.json`);
  });

  it('keeps every package of ours that the relay imports', () => {
    const { dependencies } = JSON.parse(read('apps/server/package.json'));
    const ours = Object.keys(dependencies).filter((name) => name.startsWith('@aurora/'));
    for (const name of ours)
      expect(dockerfile).toContain(`packages/${name.slice('@aurora/'.length)} packages/`);
  });

  it('sets only options that the relay has', () => {
    const known = Object.keys(options).map((name) => `AURORA_${name.toUpperCase().replaceAll('-', '_')}`);
    for (const name of all(/\b(AURORA_[A-Z_]+)=/g)) expect(known).toContain(name);
  });

  it('is not root, keeps its data in a volume, and is asked for its health', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^VOLUME \/data$/m);
    for (const text of [dockerfile, compose]) expect(text).toMatch(/\/health\b/);
    expect(compose).toMatch(/- aurora:\/data$/m);
  });
});
