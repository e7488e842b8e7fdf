import { describe, expect, it } from 'vitest';
import { backoff } from '../src/core/backoff.ts';
import { SetChance } from './support/chance.ts';

const soonest = new SetChance(0);
const latest = new SetChance(0.999_999);

describe('how long Ada waits before she tries again', () => {
  it('never less than half a second, so that no chance makes her hammer the relay', () => {
    for (let attempt = 0; attempt < 50; attempt += 1) expect(backoff(attempt, soonest)).toBe(500);
  });

  it('at most twice as long with every try, and never more than half a minute', () => {
    const longest = Array.from({ length: 8 }, (_, attempt) => backoff(attempt, latest));
    const ceilings = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
    longest.forEach((delay, attempt) => {
      const ceiling = ceilings[attempt] ?? 0;
      expect(delay).toBeLessThan(ceiling);
      expect(delay).toBeGreaterThan(ceiling * 0.99);
    });
  });

  it('anything in between, so that all who were lost at once do not come back at once', () => {
    expect(backoff(3, new SetChance(0.5))).toBe(4_250);
  });

  it('no longer after a thousand tries than after ten', () => {
    expect(backoff(1_000, latest)).toBe(backoff(10, latest));
  });
});
