import { announceFresh } from '@aurora/crypto';
import { type Epoch, RequestError } from '@aurora/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Holder, SharedLog } from './support/holder.ts';
import { type Somebody, somebody } from './support/people.ts';

let ada: Somebody;
let bo: Somebody;
let log: SharedLog;

beforeAll(async () => {
  [ada, bo] = await Promise.all([somebody('Ada'), somebody('Bo')]);
});

beforeEach(() => {
  log = new SharedLog();
});

const holder = (who: Somebody) => new Holder(who, log, [ada, bo]);

describe('Ada, first in an empty room', () => {
  it('opens an epoch, keeping its key before anybody hears of it, and says that she holds it', async () => {
    const first = holder(ada);
    await first.decide();
    expect(first.news()).toEqual(['hold nothing', 'keep 1', 'commit 0']);
    await first.decide();
    expect(first.news()).toEqual(['hold 1-1']);
    await first.decide();
    expect(first.news()).toEqual([]);
  });

  it('who comes at the same moment as Bo opens none when his stands in the log: she asks him', async () => {
    const [first, second] = [holder(ada), holder(bo)];
    await second.decide();
    await first.keys.decide();
    expect(first.news()).toEqual(['hold nothing', 'keep 1', 'commit 0']);
    first.holders = 1;
    await first.decide();
    expect(first.news()).toEqual(['request 1-1']);
    expect(log.entries).toHaveLength(1);
  });
});

describe('Bo, who comes to a room that has a key', () => {
  let newcomer: Holder;

  beforeEach(async () => {
    await holder(ada).decide();
    newcomer = holder(bo);
    newcomer.clock.pass(60_000);
  });

  it('asks once, however often there is something new', async () => {
    await newcomer.decide();
    await newcomer.decide();
    expect(newcomer.news()).toEqual(['hold nothing', 'request 1-1']);
  });

  it('opens an epoch of his own after 2 s when nobody is there', async () => {
    await newcomer.decide();
    newcomer.clock.pass(1_999);
    expect(newcomer.runsAgain).toBe(0);
    newcomer.clock.pass(1);
    expect(newcomer.runsAgain).toBe(1);
    newcomer.news();
    await newcomer.decide();
    expect(newcomer.news()).toEqual(['request 1-1', 'keep 2', 'commit 1']);
  });

  it('waits for 10 s when somebody is there who could grant', async () => {
    newcomer.holders = 1;
    await newcomer.decide();
    newcomer.clock.pass(9_999);
    expect(newcomer.runsAgain).toBe(0);
    newcomer.clock.pass(1);
    newcomer.news();
    await newcomer.decide();
    expect(newcomer.news()).toEqual(['request 1-1', 'keep 2', 'commit 1']);
  });

  it('waits a little longer than others by chance, so that not all who wait act in one moment', async () => {
    newcomer.fraction = 0.5;
    await newcomer.decide();
    expect(newcomer.clock.waiting).toEqual([2_500]);
  });

  it('waits on while the log shows that somebody is at work', async () => {
    newcomer.holders = 1;
    await newcomer.decide();
    newcomer.clock.pass(7_000);
    newcomer.keys.sawLife();
    newcomer.clock.pass(3_000);
    newcomer.news();
    await newcomer.decide();
    expect(newcomer.news()).toEqual(['request 1-1']);
    expect(newcomer.clock.waiting).toEqual([7_000]);
    newcomer.clock.pass(7_000);
    await newcomer.decide();
    expect(newcomer.news()).toEqual(['request 1-1', 'keep 2', 'commit 1']);
  });

  it('waits no longer than two minutes in line, however lively the log is', async () => {
    newcomer.holders = 1;
    await newcomer.decide();
    for (let seconds = 0; seconds < 120; seconds += 1) {
      newcomer.clock.pass(1_000);
      newcomer.keys.sawLife();
      if (newcomer.runsAgain > 0) await newcomer.decide();
    }
    await newcomer.decide();
    expect(newcomer.news()).toContain('commit 1');
  });

  it('does not wait a second time for somebody who changes keys and grants none', async () => {
    newcomer.holders = 1;
    await newcomer.decide();
    newcomer.clock.pass(10_000);
    await newcomer.decide();
    expect(newcomer.news()).toContain('commit 1');
    const stingy = await announceFresh(newcomer.open, ada.device);
    log.append('commit', 2 as Epoch, ada, stingy.frame, newcomer.clock.now());
    await newcomer.decide();
    newcomer.clock.pass(0);
    await newcomer.decide();
    expect(newcomer.news()).toContain('commit 3');
  });

  it('waits again for somebody who was merely away', async () => {
    await newcomer.decide();
    newcomer.clock.pass(2_000);
    await newcomer.decide();
    const back = await announceFresh(newcomer.open, ada.device);
    log.append('commit', 2 as Epoch, ada, back.frame, newcomer.clock.now());
    newcomer.holders = 1;
    await newcomer.decide();
    expect(newcomer.clock.waiting).toEqual([10_000]);
  });

  it('stops waiting when a key comes, and does not ask twice for what was said before', async () => {
    await newcomer.decide();
    const renewal = await announceFresh(newcomer.open, bo.device);
    log.append('commit', 1 as Epoch, bo, renewal.frame);
    newcomer.announced = renewal.key;
    newcomer.news();
    await newcomer.decide();
    expect(newcomer.news()).toEqual(['hold 2-2']);
    expect(newcomer.clock.waiting).toEqual([]);
  });

  it('asks anew after the connection was lost, for the relay has forgotten', async () => {
    await newcomer.decide();
    newcomer.keys.lost();
    expect(newcomer.clock.waiting).toEqual([]);
    newcomer.news();
    await newcomer.decide();
    expect(newcomer.news()).toEqual(['hold nothing', 'request 1-1']);
  });

  it('asks again when the relay was too busy to hear it', async () => {
    newcomer.refusals.push(
      () => undefined as never,
      () => {
        throw new RequestError('rate_limited', 'Too fast.', { retryAfter: 700 });
      },
    );
    await newcomer.decide();
    expect(newcomer.clock.waiting).toEqual([700]);
    newcomer.clock.pass(700);
    expect(newcomer.runsAgain).toBe(1);
    newcomer.news();
    await newcomer.decide();
    expect(newcomer.news()).toContain('request 1-1');
    expect(newcomer.troubles).toEqual([]);
  });
});
