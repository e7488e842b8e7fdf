import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The relay as a process of its own, so that it can be killed. */
export class RelayProcess {
  readonly child: ChildProcess;
  output = '';
  readonly #exited: Promise<number | null>;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += String(chunk);
      });
    }
    this.#exited = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Where it listens. Rejects with what it said when it ends instead. */
  url(): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const url = /ready: (\S+)/.exec(this.output)?.[1];
        if (url !== undefined) resolve(url);
      };
      this.child.stdout?.on('data', look);
      look();
      void this.#exited.then(() => reject(new Error(this.output)));
    });
  }

  exit(): Promise<number | null> {
    return this.#exited;
  }

  /** As a power cut of the process: nothing of it runs any more. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exited;
  }
}
