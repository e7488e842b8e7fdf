import type { Bytes, Millis } from '@aurora/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

export const systemClock: Clock = {
  now: () => Date.now() as Millis,
  after(delay, call) {
    const timer = setTimeout(call, delay);
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = {
  bytes: (length): Bytes => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => Math.random(),
};
