import { RequestError } from '@aurora/protocol';
import { expect, it } from 'vitest';
import { Pace } from '../src/core/pace.ts';
import { HandClock } from './support/clock.ts';

/** A relay that takes 40 requests at once and then one each 50 ms, and counts whom it had to refuse. */
class Bucket {
  readonly #clock: HandClock;
  #tokens = 40;
  #at: number;
  refused = 0;
  most = 0;
  #open = 0;

  constructor(clock: HandClock) {
    this.#clock = clock;
    this.#at = clock.now();
  }

  async ask(): Promise<'done'> {
    this.#open += 1;
    this.most = Math.max(this.most, this.#open);
    await Promise.resolve();
    this.#open -= 1;
    this.#tokens = Math.min(40, this.#tokens + (this.#clock.now() - this.#at) / 50);
    this.#at = this.#clock.now();
    if (this.#tokens < 1) {
      this.refused += 1;
      throw new RequestError('rate_limited', 'Too fast.', { retryAfter: 50 });
    }
    this.#tokens -= 1;
    return 'done';
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it('gets hundreds of requests through a relay that allows few, with few refusals', async () => {
  const clock = new HandClock();
  const relay = new Bucket(clock);
  const pace = new Pace(clock);
  let done = 0;
  const asked = Array.from({ length: 400 }, async () => {
    await pace.run(() => relay.ask());
    done += 1;
  });
  for (let step = 0; step < 2_000 && done < 400; step += 1) {
    await settle();
    clock.pass(25);
  }
  await Promise.all(asked);
  expect(done).toBe(400);
  expect(relay.refused).toBeLessThan(100);
  expect(relay.most).toBeLessThanOrEqual(33);
});

it('lets nobody sleep on when the line is gone', async () => {
  const clock = new HandClock();
  const pace = new Pace(clock);
  const gone = new Error('gone');
  let isGone = false;
  const asking = pace.run(async () => {
    if (isGone) throw gone;
    throw new RequestError('rate_limited', 'Too fast.', { retryAfter: 1_000 });
  });
  await settle();
  isGone = true;
  pace.end();
  await expect(asking).rejects.toBe(gone);
  expect(clock.waiting).toEqual([]);
});

it('leaves other refusals, and a long wait, to who asked', async () => {
  const pace = new Pace(new HandClock());
  for (const error of [
    new RequestError('not_allowed', 'No.'),
    new RequestError('rate_limited', 'Later.', { retryAfter: 60_000 }),
  ])
    await expect(pace.run(() => Promise.reject(error))).rejects.toBe(error);
});

it('does not ask again for ever', async () => {
  const clock = new HandClock();
  const error = new RequestError('rate_limited', 'Never.', { retryAfter: 10 });
  let asked = 0;
  const asking = new Pace(clock).run(() => {
    asked += 1;
    return Promise.reject(error);
  });
  const refused = expect(asking).rejects.toBe(error);
  for (let step = 0; step < 50; step += 1) {
    await settle();
    clock.pass(10);
  }
  await refused;
  expect(asked).toBe(9);
});
