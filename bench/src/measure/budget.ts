import { short } from './table.ts';

/** A figure to reach, and what was measured. */
export interface Verdict {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly bound: 'at most' | 'at least';
  readonly budget: number;
}

export function met({ measured, bound, budget }: Verdict): boolean {
  return bound === 'at most' ? measured <= budget : measured >= budget;
}

export function verdictRow(verdict: Verdict): string[] {
  const { what, measured, unit, bound, budget } = verdict;
  const sign = bound === 'at most' ? '≤' : '≥';
  return [
    what,
    `${short(measured)} ${unit}`,
    `${sign} ${short(budget)} ${unit}`,
    met(verdict) ? 'met' : 'MISSED',
  ];
}

export const verdictHeading = ['figure', 'measured', 'budget', 'verdict'];
