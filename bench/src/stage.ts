import { clock } from './clock.ts';
import type { RunResult } from './load/crowd.ts';
import { Generator } from './load/generator.ts';
import { type ServerName, ServerProcess } from './servers/server.ts';

/** Members who write, in a process of their own, so that reading does not make the writing late. */
const WRITERS = 8;

export interface Load extends RunResult {
  /** Shares of one core: what the server, the readers and the writers used. */
  readonly server: number;
  readonly readers: number;
  readonly writers: number;
  /** Microseconds of the server's CPU for one delivery. */
  readonly cost: number;
  /** Messages that came in one frame, on average. */
  readonly gathered: number;
}

/** One server with a room full of members, in three processes. */
export class Stage {
  readonly #server: ServerProcess;
  readonly #readers = new Generator();
  readonly #writers = new Generator();
  #next = 0;

  private constructor(name: ServerName) {
    this.#server = new ServerProcess(name);
  }

  /** Fills a fresh server with members, runs, and ends all processes whatever happens. */
  static async with<T>(name: ServerName, members: number, run: (stage: Stage) => Promise<T>): Promise<T> {
    const stage = new Stage(name);
    try {
      await stage.#fill(members);
      return await run(stage);
    } finally {
      await Promise.all([stage.#readers.stop(), stage.#writers.stop()]);
      await stage.#server.stop();
    }
  }

  /** Writes `rate` messages a second, then waits for the last delivery or until patience (in ms) is over. */
  async load(rate: number, seconds: number, patience: number): Promise<Load> {
    const schedule = { first: this.#next, count: Math.round(rate * seconds), start: clock() + 50, rate };
    this.#next += schedule.count;
    const processes = [this.#server, this.#readers, this.#writers];
    const started = clock();
    const before = await Promise.all(processes.map((process) => process.usage()));
    const [read, written] = await Promise.all([
      this.#readers.run(schedule, false, patience),
      this.#writers.run(schedule, true, patience),
    ]);
    const after = await Promise.all(processes.map((process) => process.usage()));
    const elapsed = clock() - started;
    const [server = 0, readers = 0, writers = 0] = after.map(
      ({ cpu }, index) => cpu - (before[index]?.cpu ?? 0),
    );
    const delivered = read.delivered + written.delivered;
    return {
      ...read,
      delivered,
      expected: read.expected + written.expected,
      faults: read.faults + written.faults,
      lost: [...read.lost, ...written.lost],
      lag: written.lag,
      server: server / elapsed,
      readers: readers / elapsed,
      writers: writers / elapsed,
      cost: (server * 1000) / delivered,
      gathered: read.delivered / read.frames,
    };
  }

  async #fill(members: number): Promise<void> {
    const readers = members - WRITERS;
    const port = await this.#server.start();
    const room = { senders: WRITERS, port, origin: `http://127.0.0.1:${port}`, opening: 32 };
    await Promise.all([this.#readers.prepare(0, readers), this.#writers.prepare(readers, WRITERS)]);
    await this.#readers.open(this.#server.name, { ...room, members: readers, first: 0 });
    await this.#writers.open(this.#server.name, { ...room, members: WRITERS, first: readers });
  }
}
