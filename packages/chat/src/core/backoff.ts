import type { Random } from '../ports/random.ts';

const LEAST = 500;
const MOST = 30_000;

/**
 * Milliseconds before try number `attempt`, from 0: full jitter, so that all the clients a relay lost do not come back
 * in one moment.
 */
export function backoff(attempt: number, random: Random): number {
  const ceiling = Math.min(MOST, LEAST * 2 ** (attempt + 1));
  return LEAST + Math.floor(random.fraction() * (ceiling - LEAST));
}
