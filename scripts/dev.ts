// The page with hot reload and the relay restarted on every change, side by side: `npm run dev`. Flags go to the relay.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './bootstrap/root.mjs';
import { relayPort } from './dev/relay-port.ts';
import { onSourceChange } from './dev/sources.ts';

const flags = process.argv.slice(2);
const AURORA_DEV_RELAY = String(relayPort(flags, process.env));
let stopping = false;

const vite = [join(ROOT, 'node_modules/vite/bin/vite.js'), '--logLevel', 'warn', '--strictPort'];
const page = launch(join(ROOT, 'apps/web'), vite);
page.on('exit', (code) => {
  if (stopping) return;
  process.stderr.write('The server of the page has ended, and so does the relay.\n');
  process.exitCode = code ?? 1;
  stop();
});
let relay = launchRelay();

// Not `node --watch`: it makes worker threads post messages of its own to their parent, which the relay does not expect.
const watchers = onSourceChange(ROOT, ['apps/server/src', 'packages/protocol/src'], restartRelay);
process.on('SIGTERM', () => stop());
process.on('SIGHUP', () => stop());
// A Ctrl-C in a terminal reaches both by itself; once more would cut the relay's goodbye short.
process.on('SIGINT', () => stop(!process.stdin.isTTY));
process.stdout.write('Open http://localhost:5173 for the page with hot reload. Ctrl-C ends both.\n');

function launch(cwd: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, AURORA_DEV_RELAY };
  return spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** A relay that ends by itself waits for the next change, as after a typing error. */
function launchRelay(): ChildProcess {
  return launch(ROOT, ['apps/server/src/main.ts', ...flags]);
}

/** The next one starts when the last one has let go of the port and the data folder. */
function restartRelay(): void {
  if (relay.exitCode !== null || relay.signalCode !== null) {
    relay = launchRelay();
    return;
  }
  relay.removeAllListeners('exit').once('exit', () => {
    if (!stopping) relay = launchRelay();
  });
  relay.kill('SIGTERM');
}

function stop(tell = true): void {
  if (stopping) return;
  stopping = true;
  for (const watcher of watchers) watcher.close();
  if (tell) for (const child of [relay, page]) child.kill('SIGTERM');
}
