import type { EpochRange } from '@aurora/protocol';

export type EpochRanges = readonly EpochRange[];

/** Whether they have an epoch in common. */
export function overlap(a: EpochRanges, b: EpochRanges): boolean {
  return a.some(([first, last]) =>
    b.some(([otherFirst, otherLast]) => first <= otherLast && otherFirst <= last),
  );
}

/** Whether every epoch of `wanted` is in `held`. */
export function covers(held: EpochRanges, wanted: EpochRanges): boolean {
  const sorted = held.toSorted(([a], [b]) => a - b);
  return wanted.every(([first, last]) => {
    let next: number = first;
    for (const [from, to] of sorted) if (from <= next && next <= to) next = to + 1;
    return next > last;
  });
}
