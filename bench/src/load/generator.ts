import { type Usage, Worker } from '../process.ts';
import type { ServerName } from '../servers/server.ts';
import type { AppendOptions, AppendResult } from './appends.ts';
import type { CrowdOptions, RunResult } from './crowd.ts';
import type { Schedule } from './schedule.ts';

/** What a generator's process is asked. */
export type GeneratorOrder =
  | { readonly do: 'prepare'; readonly first: number; readonly members: number }
  | { readonly do: 'open'; readonly server: ServerName; readonly crowd: CrowdOptions }
  | { readonly do: 'run'; readonly schedule: Schedule; readonly write: boolean; readonly patience: number }
  | { readonly do: 'append'; readonly options: AppendOptions }
  | { readonly do: 'close' }
  | { readonly do: 'usage' };

/** The load in its own process, so that what it costs is not counted with a server. */
export class Generator extends Worker {
  constructor() {
    super('./load/generate.ts');
  }

  /** Makes the keys of these members ahead of time. */
  prepare(first: number, members: number): Promise<unknown> {
    return this.#ask({ do: 'prepare', first, members });
  }

  /** Opens a crowd; the milliseconds that took. */
  async open(server: ServerName, crowd: CrowdOptions): Promise<number> {
    return (await this.#ask({ do: 'open', server, crowd })) as number;
  }

  async run(schedule: Schedule, write: boolean, patience: number): Promise<RunResult> {
    return (await this.#ask({ do: 'run', schedule, write, patience })) as RunResult;
  }

  async append(options: AppendOptions): Promise<AppendResult> {
    return (await this.#ask({ do: 'append', options })) as AppendResult;
  }

  close(): Promise<unknown> {
    return this.#ask({ do: 'close' });
  }

  async usage(): Promise<Usage> {
    return (await this.#ask({ do: 'usage' })) as Usage;
  }

  #ask(order: GeneratorOrder): Promise<unknown> {
    return this.ask(order);
  }
}
