import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capture, run } from '../bootstrap/child.mjs';
import { ROOT } from '../bootstrap/root.mjs';
import { planted } from './planted.ts';

const CHILD = join(ROOT, 'scripts/bootstrap/child.mjs');

/** A parent that runs a child as the bootstrap does; the child says when it is up, and how it was asked to end. */
function parentOf(child: string) {
  const root = planted({
    'child.mjs': child,
    'parent.mjs': `import { run } from ${JSON.stringify(CHILD)};
      process.exitCode = await run(process.execPath, ['child.mjs'], { cwd: '.' });`,
  });
  return spawn(process.execPath, ['parent.mjs'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

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
