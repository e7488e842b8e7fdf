import type { Millis } from '@aurora/protocol';

/** Calls off what was planned; harmless afterwards. */
export type Cancel = () => void;

export interface Clock {
  /** The wall clock, which may jump: for what is told or kept. */
  now(): Millis;
  /** Milliseconds that only ever grow: for waiting and measuring. */
  elapsed(): number;
  /** Runs `act` once, `delay` milliseconds from now. */
  after(delay: number, act: () => void): Cancel;
  /** Runs `act` once, when what has already arrived has been dealt with. */
  soon(act: () => void): void;
}
