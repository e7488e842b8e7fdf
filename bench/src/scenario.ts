import type { Verdict } from './measure/budget.ts';

export interface Options {
  /** About a minute in all, for a first impression. */
  readonly quick: boolean;
  /** With the room of a million messages. */
  readonly long: boolean;
}

export interface Outcome {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** One benchmark. `tell` shows what is going on. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  run(options: Options, tell: (words: string) => void): Promise<Outcome>;
}
