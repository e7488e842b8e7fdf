import { CryptoError, openMessage } from '@aurora/crypto';
import { type Bytes, type Epoch, LOUNGE, type MessageId, RequestError } from '@aurora/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryVault, PENDING_SEQ } from '../src/index.ts';
import { Desk } from './support/desk.ts';
import { freshId } from './support/log-of.ts';
import { type Somebody, somebody } from './support/people.ts';
import { until } from './support/until.ts';

let ada: Somebody;
let desk: Desk;

beforeAll(async () => {
  ada = await somebody('Ada');
});

beforeEach(() => {
  desk = new Desk(ada, memoryVault());
});

async function read(id: MessageId, frame: Bytes): Promise<string> {
  const { epoch, key } = desk.key ?? { epoch: 0 as Epoch, key: new Uint8Array(32) };
  const body = await openMessage({ room: LOUNGE, epoch, key, id, sender: ada.member, frame });
  return body.type === 'text' ? body.text : body.type;
}

async function say(words: string): Promise<MessageId> {
  const id = freshId();
  await desk.outbox.add(id, { type: 'text', text: words });
  return id;
}

describe('what Ada writes', () => {
  it('shows at once, is on disk before she is told so, and turns into sent in its own row', async () => {
    desk.key = null;
    const id = await say('hello');
    expect(desk.shown(id)).toMatchObject({ text: 'hello', mine: true, delivery: { status: 'pending' } });
    expect(desk.shown(id)?.position[0]).toBe(PENDING_SEQ);
    expect(await desk.kept()).toHaveLength(1);
    desk.newKey(1);
    desk.outbox.flush();
    await until(() => desk.shown(id)?.delivery.status === 'sent');
    expect(desk.shown(id)?.position).toEqual([1, 0]);
    expect(await read(id, desk.appended[0]?.frame ?? new Uint8Array())).toBe('hello');
  });

  it('goes out in the order written, one after another, however many there are', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, index) => say(`number ${index}`)));
    await until(() => desk.appended.length === 20);
    expect(desk.appended.map(({ id }) => id)).toEqual(ids);
    expect(desk.mostAtOnce).toBe(1);
  });

  it('waits while the room’s key has not come', async () => {
    desk.key = null;
    await say('sealed with what?');
    desk.outbox.flush();
    desk.newKey(1);
    desk.outbox.flush();
    await until(() => desk.appended.length === 1);
    expect(desk.appended[0]?.epoch).toBe(1);
  });

  it('goes out again as the exact same bytes when the answer was lost', async () => {
    desk.refusals.push(desk.lostAnswer());
    const id = await say('did it arrive?');
    await until(() => desk.appended.length === 1);
    expect(desk.shown(id)?.delivery).toEqual({ status: 'pending' });
    desk.outbox.flush();
    await until(() => desk.shown(id)?.delivery.status === 'sent');
    expect(desk.appended).toHaveLength(2);
    expect(desk.appended[1]).toEqual(desk.appended[0]);
    expect(desk.troubles).toEqual([]);
  });

  it('is sealed anew under the key that came meanwhile when its own went out of use', async () => {
    desk.refusals.push(() => {
      desk.newKey(2);
      throw new RequestError('stale_epoch', 'The key changed.');
    });
    const id = await say('still me');
    await until(() => desk.shown(id)?.delivery.status === 'sent');
    expect(desk.appended.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(await read(id, desk.appended[1]?.frame ?? new Uint8Array())).toBe('still me');
  });

  it('waits for the new key when that has not come yet, and nothing overtakes it', async () => {
    desk.refusals.push(desk.refuses('stale_epoch'));
    const first = await say('first');
    const second = await say('second');
    await until(() => desk.appended.length === 1);
    desk.outbox.flush();
    await say('third');
    desk.newKey(2);
    desk.outbox.flush();
    await until(() => desk.shown(second)?.delivery.status === 'sent');
    expect(desk.appended.slice(0, 3).map(({ id, epoch }) => [id, epoch])).toEqual([
      [first, 1],
      [first, 2],
      [second, 2],
    ]);
  });

  it('waits as long as the relay asks when she writes too fast, and goes on by itself', async () => {
    desk.refusals.push(desk.refuses('rate_limited', 4_000));
    const first = await say('one');
    const second = await say('two');
    await until(() => desk.clock.waiting.length > 0);
    expect(desk.clock.waiting).toEqual([4_000]);
    desk.outbox.flush();
    expect(desk.shown(first)?.delivery).toEqual({ status: 'pending' });
    desk.clock.pass(4_000);
    await until(() => desk.shown(second)?.delivery.status === 'sent');
    expect(desk.appended.map(({ id }) => id)).toEqual([first, first, second]);
  });

  it('asks to be let in again when the relay does not know her as a member', async () => {
    desk.refusals.push(desk.refuses('not_a_member'));
    const id = await say('it is me');
    await until(() => desk.rejoins === 1);
    expect(desk.shown(id)?.delivery).toEqual({ status: 'pending' });
    desk.outbox.flush();
    await until(() => desk.shown(id)?.delivery.status === 'sent');
  });
});

describe('what the relay refused', () => {
  it('is shown with its reason, and what she wrote after it still goes out', async () => {
    desk.refusals.push(desk.refuses('disk_full'));
    const first = await say('no room');
    const second = await say('lucky');
    await until(() => desk.shown(second)?.delivery.status === 'sent');
    expect(desk.shown(first)?.delivery).toMatchObject({ status: 'failed', failure: { code: 'disk_full' } });
    expect(desk.appended.map(({ id }) => id)).toEqual([first, second]);
  });

  it('goes out when she tries again', async () => {
    desk.refusals.push(desk.refuses('disk_full'));
    const id = await say('no room');
    await until(() => desk.shown(id)?.delivery.status === 'failed');
    await desk.outbox.retry(id);
    await until(() => desk.shown(id)?.delivery.status === 'sent');
    expect(desk.appended[1]).toEqual(desk.appended[0]);
  });

  it('is gone when she discards it, also after a restart', async () => {
    desk.refusals.push(desk.refuses('disk_full'));
    const id = await say('never mind');
    await until(() => desk.shown(id)?.delivery.status === 'failed');
    await desk.outbox.discard(id);
    expect(desk.shown(id)).toBeUndefined();
    expect(await desk.kept()).toEqual([]);
    expect((await desk.restarted()).outbox.rows).toEqual([]);
  });

  it('can be neither retried nor discarded while it is still on its way', async () => {
    desk.key = null;
    const id = await say('on its way');
    await desk.outbox.discard(id);
    await desk.outbox.retry(id);
    expect(desk.shown(id)?.delivery).toEqual({ status: 'pending' });
    expect(await desk.kept()).toHaveLength(1);
  });
});

describe('the outbox over a restart', () => {
  it('keeps what was never sent, in order, and goes on numbering after it', async () => {
    desk.key = null;
    const ids = [await say('one'), await say('two')];
    const later = await desk.restarted();
    const third = freshId();
    await later.outbox.add(third, { type: 'text', text: 'three' });
    expect(later.outbox.rows.map(({ id }) => id)).toEqual([...ids, third]);
    later.newKey(1);
    later.outbox.flush();
    await until(() => later.appended.length === 3);
    expect(later.appended.map(({ id }) => id)).toEqual([...ids, third]);
  });

  it('sends the same bytes again, for the relay may have them already', async () => {
    desk.refusals.push(desk.lostAnswer());
    await say('power cut');
    await until(() => desk.appended.length === 1);
    const later = await desk.restarted();
    later.newKey(1);
    later.outbox.flush();
    await until(() => later.appended.length === 1);
    expect(later.appended[0]).toEqual(desk.appended[0]);
  });

  it('still shows what was refused, with the reason', async () => {
    desk.refusals.push(desk.refuses('too_large'));
    const id = await say('too much');
    await until(() => desk.shown(id)?.delivery.status === 'failed');
    expect((await desk.restarted()).outbox.rows).toMatchObject([
      { id, delivery: { status: 'failed', failure: { code: 'too_large' } } },
    ]);
  });

  it('keeps what the relay took until its row is kept: dropped in that very commit, not before', async () => {
    const id = await say('hello');
    await until(() => desk.shown(id)?.delivery.status === 'sent');
    expect(await desk.kept()).toHaveLength(1);
    await desk.vault.commit(desk.outbox.logged([id]));
    expect(await desk.kept()).toEqual([]);
  });
});

describe('being out of the room', () => {
  it('gives up what waits, over a restart too, until it is sent again or discarded', async () => {
    const sent = await say('in time');
    await until(() => desk.shown(sent)?.delivery.status === 'sent');
    desk.key = null;
    const [late, dropped] = [await say('too late'), await say('never mind')];
    await desk.outbox.fail({ code: 'not_a_member', message: 'Out.' });
    expect(desk.shown(sent)?.delivery).toEqual({ status: 'sent' });
    const failed = { status: 'failed', failure: { code: 'not_a_member', message: 'Out.' } };
    for (const id of [late, dropped]) expect(desk.shown(id)?.delivery).toEqual(failed);
    const later = await desk.restarted();
    expect(later.outbox.rows.filter(({ delivery }) => delivery.status === 'failed')).toHaveLength(2);
    await later.outbox.discard(dropped);
    later.newKey(1);
    await later.outbox.retry(late);
    await until(() => later.appended.some(({ id }) => id === late));
    expect(later.appended.some(({ id }) => id === dropped)).toBe(false);
  });
});

describe('leaving', () => {
  it('sends nothing more and writes nothing more to the disk, though a message was on its way', async () => {
    const writing = say('half said');
    await desk.outbox.close();
    await desk.vault.wipe();
    await writing;
    await say('and this');
    expect(await desk.kept()).toEqual([]);
    expect(desk.appended).toEqual([]);
  });

  it('sends nothing for who has left when the quiet is over that the relay asked for', async () => {
    desk.refusals.push(desk.refuses('rate_limited', 4_000));
    await say('one');
    await until(() => desk.clock.waiting.length > 0);
    await desk.outbox.close();
    desk.clock.pass(4_000);
    await say('two');
    expect(desk.appended).toHaveLength(1);
  });
});

it('gives up a new name when whoever chose it is no admin any more, and says so', async () => {
  desk.key = null;
  await desk.outbox.add(freshId(), { type: 'title', title: 'Plans' });
  const hello = await say('hello');
  desk.mayArrange = false;
  desk.newKey(2);
  desk.outbox.flush();
  await until(() => desk.appended.length === 1);
  expect(desk.appended).toMatchObject([{ id: hello }]);
  expect(desk.drops).toBe(1);
  expect(await desk.kept()).toHaveLength(1);
});

it('tells of trouble that is not the relay’s, and does not lose the message', async () => {
  desk.refusals.push(() => {
    throw new CryptoError('no_key');
  });
  const id = await say('hm');
  await until(() => desk.troubles.length === 1);
  expect(desk.shown(id)?.delivery).toEqual({ status: 'pending' });
  expect(await desk.kept()).toHaveLength(1);
});
