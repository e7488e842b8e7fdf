import type { Millis } from '@aurora/protocol';

export type Cancel = () => void;

/** Time, so that a simulation can own it. */
export interface Clock {
  /** Milliseconds since 1970 by this device, which may be a day off. */
  now(): Millis;
  /** Calls once after so many milliseconds, unless cancelled. */
  after(delay: number, call: () => void): Cancel;
}
