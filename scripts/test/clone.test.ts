import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../bootstrap/root.mjs';
import { planted } from './planted.ts';

/** Runs a command in a folder and gives back all that it said. */
function say(cwd: string, env: Readonly<Record<string, string>>, file: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, text: `${stdout}${stderr}` };
}

/** What is in the repository and nothing else, as a newcomer gets it. */
function cleanClone(): string {
  const folder = join(planted({}), 'aurora');
  const clone = say(ROOT, {}, 'git', 'clone', '--quiet', `file://${ROOT}`, folder);
  expect(clone).toMatchObject({ status: 0 });
  return folder;
}

const bootstrap = (folder: string, env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  say(folder, env, process.execPath, 'scripts/bootstrap.mjs', ...args);

describe('a clean clone', () => {
  let npmScripts: readonly string[] = [];
  beforeAll(async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    npmScripts = Object.values(manifest.scripts);
  });

  it('says in one line that nobody answers when it is offline', () => {
    const folder = cleanClone();
    // A port that nobody listens on, and a cache with nothing in it: as on a machine without a network.
    const offline = {
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_cache: join(folder, '.git', 'empty-cache'),
      npm_config_fetch_retries: '0',
    };
    const { status, text } = bootstrap(folder, offline, 'start');
    expect(status).toBe(1);
    expect(text).toMatch(
      /could not install the packages: the package registry (does not answer|cannot be reached)/,
    );
    expect(text).not.toMatch(/\n\s+at /);
    expect(existsSync(join(folder, '.runtime'))).toBe(false);
  });

  it('knows a command for every npm script, and names them to who mistypes', () => {
    const { status, text } = bootstrap(cleanClone(), {}, 'strat');
    expect(status).toBe(1);
    for (const script of npmScripts) expect(text).toContain(script.split(' ').at(-1));
  });
});
