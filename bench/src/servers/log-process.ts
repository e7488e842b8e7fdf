import { Worker } from '../process.ts';

export type LogOrder =
  | { readonly do: 'append'; readonly count: number; readonly pace: Pace }
  | { readonly do: 'read'; readonly times: number };

/** So many a second by the clock, or so many unanswered at once. */
export type Pace = { readonly rate: number } | { readonly underWay: number };

export interface AppendTimes {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

export interface ReadTimes {
  /** Messages in the room. */
  readonly total: number;
  readonly median: number;
  readonly most: number;
}

/** The relay's log in its own process, on a fresh folder. */
export class LogProcess extends Worker {
  constructor() {
    super('./servers/log.ts');
  }

  async append(count: number, pace: Pace): Promise<AppendTimes> {
    const order: LogOrder = { do: 'append', count, pace };
    return (await this.ask(order)) as AppendTimes;
  }

  async read(times: number): Promise<ReadTimes> {
    const order: LogOrder = { do: 'read', times };
    return (await this.ask(order)) as ReadTimes;
  }
}
