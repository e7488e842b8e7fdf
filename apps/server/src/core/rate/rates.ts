import { type DeviceId, type OperationName, RequestError } from '@aurora/protocol';
import type { Settings } from '../settings.ts';
import { type Bucket, Buckets, fullBucket, take } from './bucket.ts';

/** Throws `rate_limited` when there is something to wait for. */
function refuseBefore(retryAfter: number): void {
  if (retryAfter === 0) return;
  const seconds = Math.ceil(retryAfter / 1000);
  throw new RequestError(
    'rate_limited',
    `That was too much at once. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    { retryAfter },
  );
}

/** How much a device or a session may ask. A device's buckets outlive its sessions, so that reconnecting buys nothing. */
export class Rates {
  readonly #settings: Settings['rates'];
  readonly #append: Buckets<DeviceId>;
  readonly #signal: Buckets<DeviceId>;
  readonly #join: Buckets<DeviceId>;
  readonly #deliver: Buckets<DeviceId>;

  constructor(settings: Settings['rates']) {
    this.#settings = settings;
    this.#append = new Buckets(settings.append);
    this.#signal = new Buckets(settings.signal);
    this.#join = new Buckets(settings.join);
    this.#deliver = new Buckets(settings.deliver);
  }

  newBucket(now: number): Bucket {
    return fullBucket(this.#settings.other, now);
  }

  /** Counts a request. Throws `rate_limited`. */
  count(operation: OperationName, device: DeviceId, session: Bucket, now: number): void {
    refuseBefore(this.#take(operation, device, session, now));
  }

  /** Counts a new membership. Throws `rate_limited`. */
  countMembership(device: DeviceId, now: number): void {
    refuseBefore(this.#join.take(device, now));
  }

  #take(operation: OperationName, device: DeviceId, session: Bucket, now: number): number {
    switch (operation) {
      case 'append':
        return this.#append.take(device, now);
      case 'signal':
        return this.#signal.take(device, now);
      case 'deliver':
        return this.#deliver.take(device, now);
      default:
        return take(session, this.#settings.other, now);
    }
  }

  sweep(now: number): void {
    for (const buckets of [this.#append, this.#signal, this.#join, this.#deliver]) buckets.sweep(now);
  }
}
