import { Worker } from 'node:worker_threads';
import { StorageError } from '../../ports/storage-error.ts';
import type { Command, FromWriter, Outcome, ToWriter } from './command.ts';
import type { ConnectionOptions } from './connection.ts';
import { reasonOf } from './fault.ts';

interface Pending {
  readonly command: Command;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: StorageError) => void;
}

/**
 * The main thread's side of the writer thread. While one commit is under way the next batch gathers, so batching
 * needs no timer, and what one turn of the event loop brings goes over as one message.
 */
export class Writer {
  readonly #worker: Worker;
  #gathering: Pending[] = [];
  #committing: Pending[] | undefined;
  #scheduled = false;
  #broken: StorageError | undefined;
  #failing = false;
  #closed: (() => void) | undefined;

  constructor(path: string, options: ConnectionOptions) {
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: { path, ...options },
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.on('message', (message: FromWriter) => this.#heard(message));
    this.#worker.on('error', (error) => this.#break(`the writer stopped: ${reasonOf(error)}`));
    this.#worker.on('exit', () => {
      this.#break('the writer has stopped');
      this.#closed?.();
    });
  }

  /** Whether the last commit failed, or no other can follow it. */
  get failing(): boolean {
    return this.#failing || this.#broken !== undefined;
  }

  /** Commands take effect, and resolve, in the order of the calls. Rejects with StorageError. */
  run(command: Command): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) {
        reject(this.#broken);
        return;
      }
      this.#gathering.push({ command, resolve, reject });
      this.#schedule();
    });
  }

  /** Commits what was asked for, then stops the thread. */
  async close(): Promise<void> {
    while (this.#gathering.length > 0 || this.#committing !== undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#broken !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      this.#send({ type: 'close' });
    });
  }

  #schedule(): void {
    if (this.#committing !== undefined || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#post();
    });
  }

  #post(): void {
    if (this.#broken !== undefined || this.#committing !== undefined || this.#gathering.length === 0) return;
    this.#committing = this.#gathering;
    this.#gathering = [];
    this.#send({ type: 'commit', commands: this.#committing.map(({ command }) => command) });
  }

  #send(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  #heard(message: FromWriter): void {
    const committed = this.#committing ?? [];
    if (message.type === 'closed') return;
    this.#committing = undefined;
    this.#failing = message.type === 'failed';
    this.#post();
    if (message.type === 'failed') {
      const error = new StorageError(message.fault, message.reason);
      for (const { reject } of committed) reject(error);
      return;
    }
    message.outcomes.forEach((outcome, index) => {
      committed[index]?.resolve(outcome);
    });
  }

  #break(reason: string): void {
    if (this.#broken !== undefined) return;
    this.#broken = new StorageError('failed', reason);
    for (const { reject } of [...(this.#committing ?? []), ...this.#gathering]) reject(this.#broken);
    this.#committing = undefined;
    this.#gathering = [];
  }
}
