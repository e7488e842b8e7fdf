import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capture, run } from '../bootstrap/child.mjs';
import { ROOT } from '../bootstrap/root.mjs';
import { planted } from './planted.ts';

const CHILD = join(ROOT, 'scripts/bootstrap/child.mjs');

/** A folder with a parent that runs a child as the bootstrap does. */
function family(child: string): string {
  const parent = `import { run } from ${JSON.stringify(CHILD)};
    process.exitCode = await run(process.execPath, ['child.mjs'], { cwd: '.' });`;
  return planted({ 'child.mjs': child, 'parent.mjs': parent });
}

function parentOf(child: string) {
  return spawn(process.execPath, ['parent.mjs'], {
    cwd: family(child),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Says when it is up, and how it was asked to end. */
const polite = `
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { console.log(signal); process.exit(7); });
  setInterval(() => {}, 1000);
  console.log('up');`;

describe('a child of the bootstrap', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'hears %s, and its exit code is the parent’s',
    async (signal) => {
      const parent = parentOf(polite);
      let said = '';
      parent.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (said === '') parent.kill(signal);
        said += text;
      });
      const [code] = await once(parent, 'close');
      expect([code, said]).toEqual([7, `up\n${signal}\n`]);
    },
  );

  it('ends when npm did, though the shell between them told nobody', async () => {
    const env = { ...process.env, npm_lifecycle_event: 'start' };
    const command = `"${process.execPath}" parent.mjs; true`;
    const shell = spawn('sh', ['-c', command], {
      cwd: family(polite),
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') shell.kill('SIGTERM');
      said += text;
    });
    await once(shell, 'close');
    expect(said).toBe('up\nSIGTERM\n');
  });

  it('that was killed counts as a failure', async () => {
    const [code] = await once(parentOf("process.kill(process.pid, 'SIGKILL');"), 'close');
    expect(code).toBe(128 + 9);
  });

  it('that does not exist is named', async () => {
    await expect(run('/nowhere/node', [], { cwd: ROOT })).rejects.toThrow(
      /\/nowhere\/node could not be started/,
    );
    expect(await capture('/nowhere/npm', [], { cwd: ROOT })).toMatchObject({ code: 127 });
  });
});
