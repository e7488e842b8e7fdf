import { acceptKeys, openGrant } from '@aurora/crypto';
import { type Bytes, type Epoch, type EpochRange, LOUNGE, RequestError } from '@aurora/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Disconnected } from '../src/core/failures.ts';
import { Holder, SharedLog } from './support/holder.ts';
import { type Somebody, somebody } from './support/people.ts';

let ada: Somebody;
let bo: Somebody;
let crowd: Somebody[];
let log: SharedLog;
let holder: Holder;

const FIRST: EpochRange[] = [[1 as Epoch, 1 as Epoch]];

beforeAll(async () => {
  [ada, bo] = await Promise.all([somebody('Ada'), somebody('Bo')]);
  crowd = await Promise.all(Array.from({ length: 10 }, (_, index) => somebody(`Guest ${index + 1}`)));
});

/** Ada, who opened the room. */
async function opened(history: 'none' | 'week' = 'week'): Promise<Holder> {
  log = new SharedLog();
  const first = new Holder(ada, log, [ada, bo, ...crowd], history);
  await first.decide();
  await first.decide();
  first.news();
  return first;
}

beforeEach(async () => {
  holder = await opened();
});

function asks(who: Somebody, epochs = FIRST): { device: Somebody['device']['id']; epochs: EpochRange[] } {
  return { device: who.device.id, epochs };
}

async function keysIn(frame: Bytes | undefined, who = bo) {
  if (frame === undefined) throw new RangeError('no grant');
  return openGrant({ room: LOUNGE, device: who.device, from: ada.member, frame });
}

describe('Ada, asked for the room’s key', () => {
  it('names Bo in the log first, and grants him only when that stands there', async () => {
    holder.keys.asked([asks(bo)]);
    await holder.decide();
    expect(holder.news()).toEqual(['handshake 1']);
    await holder.decide();
    expect(holder.news()).toEqual(['grant']);
    const { keys } = await keysIn(holder.granted[0]?.frame);
    expect(holder.granted[0]?.to).toBe(bo.device.id);
    expect(keys.map(({ epoch }) => epoch)).toEqual([1]);
    expect((await acceptKeys(holder.open, keys)).refused).toEqual([]);
  });

  it('grants nothing while her naming of him does not come back in the log', async () => {
    holder.keys.asked([asks(bo)]);
    await holder.keys.decide();
    await holder.keys.decide();
    expect(holder.news()).toEqual(['handshake 1']);
    expect(holder.granted).toEqual([]);
  });

  it('names all who ask at once in one entry', async () => {
    holder.keys.asked(crowd.map((guest) => asks(guest)));
    await holder.decide();
    expect(holder.news()).toEqual(['handshake 1']);
    expect(crowd.every((guest) => holder.open.members.has(guest.device.id))).toBe(true);
  });

  it('gives others a turn after eight grants', async () => {
    holder.keys.asked(crowd.map((guest) => asks(guest)));
    await holder.decide();
    holder.news();
    await holder.decide();
    expect(holder.news()).toHaveLength(8);
    expect(holder.runsAgain).toBe(1);
    await holder.decide();
    expect(holder.granted.map(({ to }) => to)).toEqual(crowd.map(({ device }) => device.id));
    expect(holder.runsAgain).toBe(1);
  });

  it('grants no epoch that nobody asked her for', async () => {
    holder.keys.asked([asks(bo, [[2 as Epoch, 9 as Epoch]])]);
    await holder.decide();
    await holder.decide();
    expect(holder.granted).toEqual([]);
  });

  it('does not answer herself', async () => {
    holder.keys.asked([asks(ada)]);
    await holder.decide();
    expect(holder.news()).toEqual([]);
  });

  it('names and grants nobody when she is no member herself', async () => {
    const guest = new Holder(bo, log, [ada, bo, ...crowd]);
    await guest.decide();
    guest.news();
    guest.keys.asked(crowd.map((other) => asks(other)));
    await guest.decide();
    expect(guest.news()).toEqual([]);
  });

  it('grants again when the relay asked her for some quiet', async () => {
    holder.keys.asked([asks(bo)]);
    await holder.decide();
    holder.refusals.push(() => {
      throw new RequestError('rate_limited', 'Too fast.', { retryAfter: 900 });
    });
    await holder.decide();
    expect(holder.granted).toEqual([]);
    holder.news();
    await holder.decide();
    expect(holder.news()).toEqual([]);
    holder.clock.pass(900);
    expect(holder.runsAgain).toBe(1);
    await holder.decide();
    expect(holder.granted).toHaveLength(1);
  });

  it('lets one whose mailbox is full go without, and grants the others', async () => {
    holder.keys.asked(crowd.slice(0, 3).map((guest) => asks(guest)));
    await holder.decide();
    holder.refusals.push(() => {
      throw new RequestError('mailbox_full', 'Full.');
    });
    await holder.decide();
    expect(holder.granted.map(({ to }) => to)).toEqual(crowd.slice(1, 3).map(({ device }) => device.id));
  });

  it('is not disturbed by one to whose false key nothing can be sealed', async () => {
    const [mallory, guest] = crowd;
    if (mallory === undefined || guest === undefined) throw new RangeError('no crowd');
    // All ones: not an encoding of an ML-KEM key, though a credential can carry it.
    const member = { ...mallory.member, hpkePub: new Uint8Array(1216).fill(0xff) };
    log = new SharedLog();
    holder = new Holder(ada, log, [ada, { ...mallory, member }, guest]);
    await holder.decide();
    holder.keys.asked([asks(mallory), asks(guest)]);
    await holder.decide();
    await holder.decide();
    expect(holder.granted.map(({ to }) => to)).toEqual([guest.device.id]);
    expect(holder.troubles).toEqual([]);
  });

  it('forgets who asked when the connection is lost: the relay asks again', async () => {
    holder.keys.asked([asks(bo)]);
    holder.keys.lost();
    await holder.decide();
    expect(holder.news()).toEqual(['hold 1-1']);
  });
});

describe('in a room that shows newcomers nothing from before', () => {
  it('the key is turned forward before Bo is granted any, and he gets only the new one', async () => {
    holder = await opened('none');
    holder.keys.asked([asks(bo, [[1 as Epoch, 2 as Epoch]])]);
    await holder.decide();
    holder.news();
    await holder.decide();
    expect(holder.news()).toEqual(['keep 2', 'commit 1']);
    expect(holder.granted).toEqual([]);
    await holder.decide();
    const { keys } = await keysIn(holder.granted[0]?.frame);
    expect(keys.map(({ epoch }) => epoch)).toEqual([2]);
  });

  it('it is turned once for all who came together', async () => {
    holder = await opened('none');
    holder.keys.asked(crowd.slice(0, 3).map((guest) => asks(guest, [[1 as Epoch, 2 as Epoch]])));
    for (let turns = 0; turns < 4; turns += 1) await holder.decide();
    expect(log.epoch).toBe(2);
    expect(holder.granted).toHaveLength(3);
  });
});

describe('a key that served long enough', () => {
  it('is not renewed before the relay allows it, and everything else goes on meanwhile', async () => {
    holder.open = { ...holder.open, messages: 1_000 };
    const refused = () => {
      throw new RequestError('rate_limited', 'Too many changes of keys.', { retryAfter: 60_000 });
    };
    holder.refusals.push(refused);
    holder.keys.aboutToSend();
    await holder.decide();
    holder.keys.aboutToSend();
    holder.keys.asked([asks(bo)]);
    await holder.decide();
    expect(holder.news()).toEqual(['keep 2', 'commit 1', 'handshake 1']);
    await holder.decide();
    expect(holder.granted).toHaveLength(1);
    holder.clock.pass(60_000);
    holder.keys.aboutToSend();
    holder.news();
    await holder.decide();
    expect(holder.news()).toEqual(['keep 2', 'commit 1']);
    expect(log.epoch).toBe(2);
  });

  it('is renewed when a message is about to go out after a day', async () => {
    holder.clock.pass(86_400_000 - 60_000);
    expect(holder.keys.aboutToSend()).toBe(false);
    holder.clock.pass(120_000);
    expect(holder.keys.aboutToSend()).toBe(true);
    await holder.decide();
    expect(holder.news()).toEqual(['keep 2', 'commit 1']);
    expect(holder.keys.aboutToSend()).toBe(false);
  });

  it('is renewed after a thousand messages', async () => {
    holder.open = { ...holder.open, messages: 999 };
    expect(holder.keys.aboutToSend()).toBe(false);
    holder.open = { ...holder.open, messages: 1_000 };
    expect(holder.keys.aboutToSend()).toBe(true);
    await holder.decide();
    expect(holder.news()).toEqual(['keep 2', 'commit 1']);
  });

  it('is not renewed for its age alone, while nobody says anything', async () => {
    holder.clock.pass(7 * 86_400_000);
    await holder.decide();
    expect(holder.news()).toEqual([]);
  });

  it('is not renewed twice when somebody else was faster', async () => {
    const other = new Holder(ada, log, [ada, bo]);
    other.announced = holder.announced;
    await other.decide();
    holder.clock.pass(2 * 86_400_000);
    other.clock.pass(2 * 86_400_000);
    expect([holder.keys.aboutToSend(), other.keys.aboutToSend()]).toEqual([true, true]);
    await other.decide();
    await holder.keys.decide();
    expect(log.epoch).toBe(2);
    await holder.decide();
    expect(log.epoch).toBe(2);
    expect(holder.troubles).toEqual([]);
  });
});

describe('when things go wrong', () => {
  it('an epoch that nobody can hold a key for is followed by a fresh one', async () => {
    log.append('commit', 1 as Epoch, bo, Uint8Array.of(1, 2, 3));
    for (let turns = 0; turns < 3; turns += 1) {
      await holder.decide();
      holder.clock.pass(2_000);
    }
    expect(holder.news()).toEqual(['keep 3', 'commit 2', 'hold 1-3']);
  });

  it('such an epoch is followed by one fresh one, though all who hold keys notice it at once', async () => {
    const other = new Holder(ada, log, [ada, bo]);
    other.announced = holder.announced;
    await other.read();
    [holder.fraction, other.fraction] = [0.9, 0.1];
    log.append('commit', 1 as Epoch, bo, Uint8Array.of(1, 2, 3));
    await Promise.all([holder.decide(), other.decide()]);
    expect(log.epoch).toBe(2);
    other.clock.pass(1_000);
    await other.decide();
    expect(log.epoch).toBe(3);
    holder.announced = other.announced;
    await holder.decide();
    holder.clock.pass(2_000);
    await holder.decide();
    expect(log.epoch).toBe(3);
  });

  it('a lost race for naming Bo is decided again from what the log says then', async () => {
    const open = holder.open;
    holder.keys.asked([asks(bo)]);
    log.append('commit', 1 as Epoch, bo, Uint8Array.of(1));
    await holder.keys.decide();
    expect(holder.open).toBe(open);
    expect(holder.granted).toEqual([]);
    for (let turns = 0; turns < 5; turns += 1) {
      await holder.decide();
      holder.clock.pass(2_000);
    }
    expect(holder.open.members.has(bo.device.id)).toBe(true);
    expect(holder.granted.map(({ to }) => to)).toEqual([bo.device.id]);
  });

  it('a broken line is no trouble: the next session decides anew', async () => {
    holder.keys.asked([asks(bo)]);
    holder.refusals.push(() => {
      throw new Disconnected('gone');
    });
    await holder.decide();
    expect(holder.troubles).toEqual([]);
    expect(holder.clock.waiting).toEqual([]);
  });

  it('anything else is told', async () => {
    const broken = new TypeError('a bug');
    holder.keys.asked([asks(bo)]);
    holder.refusals.push(() => {
      throw broken;
    });
    await holder.decide();
    expect(holder.troubles).toEqual([broken]);
  });
});
