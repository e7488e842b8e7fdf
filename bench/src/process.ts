import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process has used since it began. */
export interface Usage {
  /** Milliseconds of CPU, of all its threads, its own and the kernel's for it. */
  readonly cpu: number;
  /** Resident bytes. */
  readonly memory: number;
}

/** In a child: what this process has used, after giving back what it does not need. */
export function usage(settle: boolean): Usage {
  if (settle) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1000, memory: process.memoryUsage().rss };
}

/** In a child: answers each order of the parent in turn, and ends when the parent is gone. */
export function serve(handle: (order: unknown) => Promise<unknown>): void {
  process.on('message', (order) => {
    handle(order).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

/** A child process that does what it is asked, one thing at a time. */
export class Worker {
  readonly #child: ChildProcess;
  #settle: { resolve(answer: unknown): void; reject(error: Error): void } | undefined;

  constructor(file: string, args: readonly string[] = []) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
    });
    this.#child.on('message', (message) => {
      if (typeof message !== 'object' || message === null) return;
      if ('error' in message) this.#settle?.reject(new Error(String(message.error)));
      else if ('answer' in message) this.#settle?.resolve(message.answer);
      this.#settle = undefined;
    });
    this.#child.once('exit', (code, signal) => {
      this.#settle?.reject(new Error(`${file} ended: ${signal ?? code}`));
    });
  }

  protected ask(order: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#child.send(order);
    });
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(late);
  }
}
