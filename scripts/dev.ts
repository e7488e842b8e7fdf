// The page with hot reload and the relay restarted on every change, side by side: `npm run dev`. Flags go to the relay.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './bootstrap/root.mjs';
import { relayPort } from './dev/relay-port.ts';

const flags = process.argv.slice(2);
const port = relayPort(flags, process.env);
const children = new Set<ChildProcess>();
let stopping = false;

process.stdout.write('Aurora: open http://localhost:5173 for the page with hot reload. Ctrl-C ends both.\n');
launch('the relay', ROOT, ['--watch', '--watch-preserve-output', 'apps/server/src/main.ts', ...flags]);
launch('the page', join(ROOT, 'apps/web'), [
  join(ROOT, 'node_modules/vite/bin/vite.js'),
  '--logLevel',
  'warn',
  '--strictPort',
]);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));

/** When one of the two ends, so does the other: half of a development server only confuses. */
function launch(name: string, cwd: string, args: readonly string[]): void {
  const env = { ...process.env, AURORA_DEV_RELAY: String(port) };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  children.add(child);
  child.on('exit', (code) => {
    children.delete(child);
    if (!stopping) process.stderr.write(`Aurora: ${name} ended with exit code ${code}.\n`);
    stop(code ?? 1);
  });
}

function stop(code: number): void {
  if (!stopping) process.exitCode = code;
  stopping = true;
  for (const child of children) child.kill();
}
