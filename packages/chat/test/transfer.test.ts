import { RequestError } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChatError, Disconnected } from '../src/core/failures.ts';
import { differs } from '../src/core/files/failures.ts';
import type { TaskWay } from '../src/core/files/transfer.ts';
import { Transfer } from '../src/core/files/transfer.ts';
import type { TransferView } from '../src/index.ts';
import { CourierError } from '../src/ports/courier.ts';
import { HandClock } from './support/clock.ts';

interface Run {
  readonly way: TaskWay;
  finish(): Promise<void>;
  fail(error: unknown): Promise<void>;
}

let clock: HandClock;
let runs: Run[];
let told: TransferView[];
let done: number;
let transfer: Transfer;

/** Lets what was promised be heard. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** How often it ran, and the last time. */
function last(): Run {
  const run = runs.at(-1);
  if (run === undefined) throw new Error('it never ran');
  return run;
}

beforeEach(() => {
  clock = new HandClock();
  runs = [];
  told = [];
  done = 0;
  const task = {
    way: 'down',
    total: 1000,
    run: (way: TaskWay) =>
      new Promise<void>((resolve, reject) => {
        runs.push({
          way,
          finish: () => {
            resolve();
            return settle();
          },
          fail: (error) => {
            reject(error);
            return settle();
          },
        });
      }),
  } as const;
  transfer = new Transfer(task, clock, {
    changed: () => told.push(transfer.view),
    // There is always a place for it.
    turn: () => transfer.start(),
    done: () => {
      done += 1;
    },
  });
  transfer.start();
});

describe('a transfer', () => {
  it('tells how far it is, how fast, and how long it takes, a few times a second', () => {
    for (let at = 0; at < 10; at += 1) {
      last().way.progress(at * 50);
      clock.pass(100);
    }
    expect(transfer.view).toEqual({ status: 'moving', done: 450, total: 1000, speed: 500, left: 1100 });
    const moving = told.filter(({ status }) => status === 'moving');
    expect(moving.length).toBeLessThan(7);
  });

  it('says nothing of its speed before there is any', () => {
    last().way.progress(10);
    expect(transfer.view).toEqual({ status: 'moving', done: 10, total: 1000, speed: null, left: null });
  });

  it('is held once it came to its end, and tells so once', async () => {
    await last().finish();
    expect(transfer.view).toEqual({ status: 'held' });
    expect(done).toBe(1);
  });

  it('stops for a pause at once, and runs again when it is let go on', async () => {
    transfer.pause();
    expect(last().way.signal.aborted).toBe(true);
    await last().fail(new Error('stopped'));
    expect(transfer.view).toMatchObject({ status: 'paused' });
    expect(runs).toHaveLength(1);
    transfer.resume();
    expect(transfer.view).toMatchObject({ status: 'moving' });
    expect(runs).toHaveLength(2);
  });

  it('hears nothing more of a run that it stopped', async () => {
    const [first] = runs;
    transfer.pause();
    transfer.resume();
    first?.way.progress(900);
    await first?.finish();
    expect(transfer.view).toMatchObject({ status: 'moving', done: 0 });
    expect(done).toBe(0);
  });

  it.each([
    new Disconnected('the line broke'),
    new CourierError('network'),
    new CourierError('busy', { retryAfter: 5_000 }),
    new CourierError('full'),
    new RequestError('rate_limited', 'slowly', { retryAfter: 5_000 }),
    new RequestError('disk_full', 'full'),
    // What was kept here is gone: it is fetched again.
    new DOMException('moved', 'NotReadableError'),
  ])('goes on by itself after %s', async (error) => {
    last().way.progress(10);
    await last().fail(error);
    expect(transfer.view).toMatchObject({ status: 'waiting', done: 10 });
    clock.pass(60_000);
    expect(transfer.view).toMatchObject({ status: 'moving' });
    expect(runs).toHaveLength(2);
  });

  it('goes on at once when the line is back', async () => {
    await last().fail(new CourierError('network'));
    transfer.wake();
    expect(runs).toHaveLength(2);
  });

  it('asks for another ticket when one has ended, but not without end', async () => {
    for (let time = 0; time < 3; time += 1) await last().fail(new CourierError('ticket'));
    expect(runs).toHaveLength(4);
    await last().fail(new CourierError('ticket'));
    expect(transfer.view).toMatchObject({ status: 'waiting' });
  });

  it('waits longer each time, and gives up when it never moves; a byte that moves begins that anew', async () => {
    const fail = async () => {
      await last().fail(new CourierError('network'));
      const [wait = 0] = clock.waiting;
      clock.pass(wait);
      return wait;
    };
    expect(await fail()).toBe(1_000);
    expect(await fail()).toBe(2_000);
    last().way.progress(1);
    expect(await fail()).toBe(1_000);
    for (let time = 1; time < 6; time += 1) await fail();
    await last().fail(new CourierError('network'));
    expect(transfer.view).toMatchObject({ status: 'failed', failure: { code: 'not_moving' }, again: true });
    transfer.resume();
    expect(transfer.view).toMatchObject({ status: 'moving' });
  });

  it.each([
    [new CourierError('gone'), 'file_gone', false],
    [new RequestError('no_such_blob', 'none'), 'file_gone', false],
    [new RequestError('quota_used', 'none'), 'quota_used', true],
    [new RequestError('too_large', 'none'), 'too_large', false],
    [new RequestError('not_a_member', 'none'), 'not_a_member', true],
    [differs(), 'file_differs', false],
    [new ChatError({ code: 'file_unread', message: 'Attach it again.' }), 'file_unread', false],
    [new DOMException('full', 'QuotaExceededError'), 'storage_full', true],
    [new Error('what'), 'internal', true],
  ] as const)('fails in words after %s', async (error, code, again) => {
    await last().fail(error);
    expect(transfer.view).toMatchObject({ status: 'failed', failure: { code }, again });
    transfer.resume();
    expect(runs).toHaveLength(again ? 2 : 1);
  });

  it('that ended tells nothing, and does nothing', async () => {
    await last().fail(new CourierError('network'));
    told = [];
    transfer.end();
    transfer.wake();
    transfer.resume();
    clock.pass(100_000);
    expect(told).toEqual([]);
    expect(runs).toHaveLength(1);
    expect(clock.waiting).toEqual([]);
  });
});
