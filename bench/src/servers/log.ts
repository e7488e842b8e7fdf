import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type DeviceId,
  type Epoch,
  type IdentityId,
  LOUNGE,
  limits,
  type Millis,
  messageId,
  type Seq,
  toHex,
  XWING_PUB,
} from '@aurora/protocol';
import { type Clock, type Storage, sqliteStorage } from '@aurora/server';
import { clock } from '../clock.ts';
import { PAYLOAD } from '../load/dialect.ts';
import { Histogram } from '../measure/histogram.ts';
import { spread } from '../measure/spread.ts';
import { serve } from '../process.ts';
import type { AppendTimes, LogOrder, ReadTimes } from './log-process.ts';

/** The relay's own log on a disk, without a relay around it. */
const folder = mkdtempSync(join(tmpdir(), 'aurora-bench-log-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const wallClock: Clock = {
  now: () => Date.now() as Millis,
  elapsed: () => performance.now(),
  after(delay, act) {
    const timer = setTimeout(act, delay);
    return () => clearTimeout(timer);
  },
  soon: (act) => void setImmediate(act),
};
const { log, directory } = await sqliteStorage({ folder, clock: wallClock });
const sender = toHex(randomBytes(16)) as DeviceId;
const identity = toHex(randomBytes(16)) as IdentityId;
// The log takes entries of those who have a credential, and does not look into it.
await directory.claim({
  identity,
  device: sender,
  credential: {
    nickname: 'Ada',
    identityPub: new Uint8Array(32),
    devicePub: new Uint8Array(32),
    hpkePub: new Uint8Array(XWING_PUB),
    signature: new Uint8Array(64),
    deviceSignature: new Uint8Array(64),
  },
  looks: ['ada', 'ada'],
  at: Date.now() as Millis,
});

function draft(): Parameters<Storage['log']['append']>[0] {
  return {
    room: LOUNGE,
    kind: 'message',
    sender,
    identity,
    id: messageId(Date.now(), new Uint8Array(randomBytes(16))),
    epoch: 0 as Epoch,
    at: Date.now() as Millis,
    frame: new Uint8Array(PAYLOAD),
  };
}

/** Appends by the clock, or as fast as a number under way allows. */
async function append(order: Extract<LogOrder, { do: 'append' }>): Promise<AppendTimes> {
  const { count, pace } = order;
  const latency = new Histogram();
  const start = clock();
  let made = 0;
  let done = 0;
  let failed: unknown;
  const one = (intended: number) => {
    made += 1;
    log.append(draft()).then(
      ({ status }) => {
        if (status !== 'appended') failed = status;
        latency.add(clock() - intended);
        done += 1;
      },
      (error: unknown) => {
        failed = error;
      },
    );
  };
  while (done < count) {
    if (failed !== undefined) throw new Error(`not appended: ${failed}`);
    if ('rate' in pace) {
      for (; made < count && start + (made * 1000) / pace.rate <= clock(); )
        one(start + (made * 1000) / pace.rate);
      await pause(1);
    } else {
      while (made < count && made - done < pace.underWay) one(clock());
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return {
    rate: (count * 1000) / (clock() - start),
    p50: latency.quantile(0.5),
    p99: latency.quantile(0.99),
  };
}

/** Reads the newest page again and again. */
async function read(times: number): Promise<ReadTimes> {
  const durations: number[] = [];
  let total = 0;
  for (let i = 0; i < times; i += 1) {
    const started = clock();
    const page = await log.read({
      room: LOUNGE,
      side: 'before',
      seq: Number.MAX_SAFE_INTEGER as Seq,
      limit: limits.page,
      handshakes: false,
      bytes: limits.batch,
    });
    durations.push(clock() - started);
    total = page?.head.seq ?? 0;
    if (page?.entries.length !== limits.page) throw new Error('not a whole page');
  }
  const { median, most } = spread(durations);
  return { total, median, most };
}

serve((order) => {
  const known = order as LogOrder;
  return known.do === 'append' ? append(known) : read(known.times);
});
