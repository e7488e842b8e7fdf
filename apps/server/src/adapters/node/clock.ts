import { performance } from 'node:perf_hooks';
import type { Millis } from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';

/** The system's clock. A fault in something planned is told to `fault` and ends nothing else. */
export function nodeClock(fault: (error: unknown) => void): Clock {
  const guarded = (act: () => void) => () => {
    try {
      act();
    } catch (error) {
      fault(error);
    }
  };
  return {
    now: () => Date.now() as Millis,
    elapsed: () => performance.now(),
    after(delay, act) {
      const timer = setTimeout(guarded(act), delay);
      return () => clearTimeout(timer);
    },
    soon: (act) => void setImmediate(guarded(act)),
  };
}
