import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folder.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A real relay in a process of its own, over a data folder that outlives it. */
export interface RelayProcess {
  readonly url: string;
  readonly origin: string;
  readonly socketUrl: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything it ever printed. */
  output(): string;
  /** As a power cut would: no goodbye. Resolves when it is gone. */
  kill(): Promise<void>;
  /** As Ctrl-C would: gives the exit code. */
  interrupt(): Promise<number | null>;
  /** Starts it again on the same port and data, with further flags. */
  restart(...flags: string[]): Promise<void>;
  /** Ends it and removes its data. */
  dispose(): Promise<void>;
}

export async function startRelay(...flags: string[]): Promise<RelayProcess> {
  const port = await freePort();
  const folder = await temporaryFolder();
  const url = `http://localhost:${port}`;
  let printed = '';
  let child: ChildProcess;

  async function start(more: string[]): Promise<void> {
    // On SIGUSR2 the process writes what its memory holds, for the canary to look into.
    const watched = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder.path}`];
    // Everybody in a test comes from one address.
    const own = ['--port', String(port), '--data-dir', folder.path, '--newcomer-burst', '10000'];
    const args = [...watched, MAIN, ...own, ...flags, ...more];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
    const started = child;
    await until('the relay answers', async () => {
      if (started.exitCode !== null) throw new Error(`the relay ended: ${printed}`);
      return fetch(`${url}/health`).then(
        (response) => response.ok,
        () => false,
      );
    });
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }

  await start([]);
  return {
    url,
    origin: url,
    socketUrl: `ws://localhost:${port}/socket`,
    dataDir: folder.path,
    get pid() {
      return child.pid ?? 0;
    },
    output: () => printed,
    kill: async () => void (await end('SIGKILL')),
    interrupt: () => end('SIGINT'),
    restart: (...more) => start(more),
    dispose: async () => {
      await end('SIGKILL');
      await folder.remove();
    },
  };
}
