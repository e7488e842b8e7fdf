import type { Rate } from '../settings.ts';

/** A token bucket as two numbers. */
export interface Bucket {
  tokens: number;
  at: number;
}

function refill(bucket: Bucket, { burst, perSecond }: Rate, now: number): void {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
  bucket.at = now;
}

export function fullBucket({ burst }: Rate, now: number): Bucket {
  return { tokens: burst, at: now };
}

/** The milliseconds until there are so many tokens; takes none. */
function waitFor(bucket: Bucket, rate: Rate, now: number, amount: number): number {
  refill(bucket, rate, now);
  if (bucket.tokens >= amount) return 0;
  return Math.max(1, Math.ceil(((amount - bucket.tokens) / rate.perSecond) * 1000));
}

/** Takes a token; otherwise answers the milliseconds until there is one. */
export function take(bucket: Bucket, rate: Rate, now: number): number {
  const wait = waitFor(bucket, rate, now, 1);
  if (wait === 0) bucket.tokens -= 1;
  return wait;
}

/** Buckets by owner; a full one need not be remembered. */
export class Buckets<Owner> {
  readonly #rate: Rate;
  readonly #buckets = new Map<Owner, Bucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** As `take`. */
  take(owner: Owner, now: number): number {
    return take(this.#of(owner, now), this.#rate, now);
  }

  /** The milliseconds until there are so many tokens; takes none. */
  wait(owner: Owner, now: number, amount: number): number {
    return waitFor(this.#of(owner, now), this.#rate, now, amount);
  }

  /** Takes what has been waited for. */
  spend(owner: Owner, now: number, amount: number): void {
    this.#of(owner, now).tokens -= amount;
  }

  #of(owner: Owner, now: number): Bucket {
    let bucket = this.#buckets.get(owner);
    if (bucket === undefined) {
      bucket = fullBucket(this.#rate, now);
      this.#buckets.set(owner, bucket);
    }
    return bucket;
  }

  /** Forgets the full ones. */
  sweep(now: number): void {
    for (const [owner, bucket] of this.#buckets) {
      refill(bucket, this.#rate, now);
      if (bucket.tokens >= this.#rate.burst) this.#buckets.delete(owner);
    }
  }
}
