import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { met } from '../src/measure/budget.ts';
import { Histogram } from '../src/measure/histogram.ts';
import { OrderChecker } from '../src/measure/order.ts';
import { spread } from '../src/measure/spread.ts';
import { short, table } from '../src/measure/table.ts';

describe('a histogram', () => {
  test('gives the quantiles of all that was added, to a tenth of a millisecond', () => {
    const duration = fc.integer({ min: 0, max: 100_000 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (all, share) => {
          const histogram = new Histogram();
          for (const value of all) histogram.add(value);
          const sorted = [...all].sort((a, b) => a - b);
          expect(histogram.quantile(share)).toBeCloseTo(
            sorted[Math.ceil(share * all.length) - 1] ?? Number.NaN,
            5,
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test('says nothing of nothing, and no more than a minute of longer', () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.5)).toBeNaN();
    histogram.add(1e9);
    histogram.add(-1);
    expect([histogram.quantile(0), histogram.quantile(1), histogram.total]).toEqual([0, 60_000, 2]);
  });
});

test('a spread is the median between the least and the most', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spread([4, 1])).toEqual({ median: 2.5, least: 1, most: 4 });
  expect(spread([]).median).toBeNaN();
});

describe('an order checker', () => {
  const faultsOf = (senders: number, ...seen: number[][]) => {
    const checker = new OrderChecker(seen.length, senders);
    for (const [member, messages] of seen.entries())
      for (const message of messages) checker.take(member, message);
    return checker.faults;
  };

  test('is content when all saw one order, whichever senders were faster', () => {
    expect(faultsOf(2, [0, 1, 2, 3], [0, 1, 2, 3])).toBe(0);
    expect(faultsOf(2, [0, 2, 4, 1, 3], [0, 2, 4, 1, 3])).toBe(0);
  });

  test('notices two orders', () => {
    expect(faultsOf(2, [0, 1], [1, 0])).toBeGreaterThan(0);
  });

  test('notices a gap, a repeat, and a sender out of order', () => {
    expect(faultsOf(1, [0, 2])).toBeGreaterThan(0);
    expect(faultsOf(1, [0, 0])).toBeGreaterThan(0);
    expect(faultsOf(2, [2, 0])).toBeGreaterThan(0);
    expect(faultsOf(1, [0, 1, 2], [0, 2])).toBeGreaterThan(0);
  });

  test('goes on after messages known by their bytes', () => {
    const checker = new OrderChecker(2, 1);
    for (const message of [0, 1, 2]) checker.take(0, message);
    checker.skip(1, 2);
    checker.take(1, 2);
    expect([checker.seen(0), checker.seen(1), checker.faults, checker.at(1)]).toEqual([3, 3, 0, 1]);
  });
});

test('a figure is met at its budget and missed beyond it', () => {
  const figure = { what: 'x', unit: 'ms', budget: 25 };
  expect(met({ ...figure, bound: 'at most', measured: 25 })).toBe(true);
  expect(met({ ...figure, bound: 'at most', measured: 25.1 })).toBe(false);
  expect(met({ ...figure, bound: 'at least', measured: 24.9 })).toBe(false);
  expect(met({ ...figure, bound: 'at least', measured: Number.NaN })).toBe(false);
});

test('a table lines its columns up', () => {
  expect(
    table(
      ['server', 'ms'],
      [
        ['a', '1'],
        ['longer one', '20'],
      ],
    ),
  ).toBe('server      ms\n----------  --\na            1\nlonger one  20');
  expect([0.1234, 12.34, 123.4, 12_345].map(short)).toEqual(['0.12', '12.3', '123', '12,345']);
});
