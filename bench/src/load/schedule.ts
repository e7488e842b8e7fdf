/** When each of some messages is meant to be sent: message `first + i` at `start + i / rate`, whatever comes back. */
export interface Schedule {
  readonly first: number;
  readonly count: number;
  /** By the machine's clock. */
  readonly start: number;
  /** Messages a second. */
  readonly rate: number;
}

export function intendedAt({ first, start, rate }: Schedule, message: number): number {
  return start + ((message - first) * 1000) / rate;
}
