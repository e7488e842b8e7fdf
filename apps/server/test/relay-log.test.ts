import { type Epoch, LOUNGE, type RoomId, type Seq, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { settle } from './support/clock.ts';
import { newMessageId } from './support/keys.ts';
import { World } from './support/world.ts';

const NOWHERE = 'ff'.repeat(16) as RoomId;

describe('a room’s log', () => {
  it('[LG1] Ada’s entries are numbered from 1 without gaps, and Bo is told them in order', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const bo = await world.join('Bo');
    const replies = await Promise.all(['a', 'b', 'c'].map((text) => ada.append(text)));
    expect(replies.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await bo.until(() => (bo.texts.length === 3 ? true : undefined));
    expect(bo.texts).toEqual(['a', 'b', 'c']);
    expect(bo.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('[LG4] Ada sends again what she was not sure of, and it stands once', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const id = newMessageId();
    const first = await ada.append('once', { id });
    const again = await ada.append('once', { id });
    expect(again).toEqual({ ...first, duplicate: true });
    await settle();
    expect(ada.texts).toEqual(['once']);
  });

  it('[LG5] Ada may not say something else under an id of hers', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const id = newMessageId();
    await ada.append('once', { id });
    await expect(ada.append('twice', { id })).rejects.toMatchObject({ code: 'id_reused' });
  });

  it('[LG6] Ada’s retry is answered with its seq though the epoch has moved on', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const id = newMessageId();
    const first = await ada.append('before', { id });
    await ada.append('commit', { kind: 'commit' });
    expect(await ada.append('before', { id })).toEqual({ ...first, duplicate: true });
  });

  it('[LG7] what names another epoch than the room’s is refused, whatever its kind', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    for (const kind of ['message', 'handshake', 'commit'] as const) {
      await expect(ada.append('x', { kind, epoch: 1 as Epoch })).rejects.toMatchObject({
        code: 'stale_epoch',
      });
    }
  });

  it('[LG9] of Ada’s and Bo’s commits that name one epoch, one is taken', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const bo = await world.join('Bo');
    const outcomes = await Promise.allSettled([
      ada.append('a', { kind: 'commit' }),
      bo.append('b', { kind: 'commit' }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await ada.ask('ping', {})).rooms).toMatchObject([{ seq: 1, epoch: 1 }]);
  });

  it('[LG11] an entry’s time never goes back, though the relay’s clock does', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const { at } = await ada.append('now');
    world.clock.wall -= 86_400_000;
    expect((await ada.append('a day earlier')).at).toBe(at);
  });

  it('[OP3] who has not joined can neither write nor read nor signal; nobody can in a room that is not', async () => {
    const world = new World();
    const ada = await world.enter('Ada');
    await expect(ada.append('x')).rejects.toMatchObject({ code: 'not_a_member' });
    await expect(ada.append('x', { room: NOWHERE })).rejects.toMatchObject({ code: 'no_such_room' });
    await expect(ada.join(NOWHERE)).rejects.toMatchObject({ code: 'no_such_room' });
    const page = { room: LOUNGE, side: 'after', seq: 0 as Seq, limit: 10, handshakes: false } as const;
    await expect(ada.ask('read', page)).rejects.toMatchObject({ code: 'not_a_member' });
    await expect(ada.ask('signal', { room: LOUNGE, frame: utf8('x') })).rejects.toMatchObject({
      code: 'not_a_member',
    });
  });

  it('[OP2] Ada may send join and append in one breath', async () => {
    const world = new World();
    const ada = await world.enter('Ada');
    const join = ada.post('join', { room: LOUNGE });
    const append = ada.append('first');
    await ada.answer('join', join);
    expect((await append).seq).toBe(1);
  });

  it('[OP7] Bo, who joins amid Ada’s messages, is told all above his head, once and in order', async () => {
    const world = new World({
      rates: {
        ...(await import('../src/core/settings.ts')).defaultSettings.rates,
        append: { burst: 1000, perSecond: 1 },
      },
    });
    const ada = await world.join('Ada');
    const writing = Promise.all(Array.from({ length: 200 }, (_, n) => ada.append(String(n))));
    const bo = await world.enter('Bo');
    const { seq } = await bo.join();
    await writing;
    await bo.until(() => (bo.entries.at(-1)?.seq === 200 || seq === 200 ? true : undefined));
    const above = bo.entries.map((entry) => entry.seq);
    expect(above).toEqual(Array.from({ length: 200 - seq }, (_, n) => seq + n + 1));
  });

  it('[OP9] [OP10] [OP11] pages go both ways, end at the limit, and can leave out messages', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    for (const text of ['a', 'b', 'c', 'd']) await ada.append(text);
    await ada.append('e', { kind: 'commit' });
    const read = (side: 'after' | 'before', seq: number, limit: number, handshakes = false) =>
      ada.ask('read', { room: LOUNGE, side, seq: seq as Seq, limit, handshakes });
    const seqs = (page: Awaited<ReturnType<typeof read>>) => page.entries.map((entry) => entry.seq);
    const first = await read('after', 0, 2);
    expect([seqs(first), first.more]).toEqual([[1, 2], true]);
    const last = await read('before', 6, 2);
    expect([seqs(last), last.more]).toEqual([[4, 5], true]);
    const rest = await read('before', 3, 9);
    expect([seqs(rest), rest.more]).toEqual([[1, 2], false]);
    const handshakes = await read('after', 0, 9, true);
    expect([seqs(handshakes), handshakes.more]).toEqual([[5], false]);
    expect(handshakes.head).toMatchObject({ seq: 5, epoch: 1 });
  });

  it('[OP13] [OP14] Bo hears Ada’s signal and register; Ada does not, on no tab of hers for signals', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const bo = await world.join('Bo');
    await ada.ask('signal', { room: LOUNGE, frame: utf8('typing') });
    await ada.ask('register', { room: LOUNGE, kind: 0, frame: utf8('mark') });
    await ada.append('end');
    await bo.until(() => bo.texts[0]);
    await ada.until(() => ada.texts[0]);
    expect(bo.all('signals')).toHaveLength(1);
    expect(bo.all('register')).toHaveLength(1);
    expect(ada.all('signals')).toEqual([]);
    expect(ada.all('register')).toEqual([]);
    const kept = await bo.ask('registers', { room: LOUNGE, kind: 0, after: null });
    expect(kept.registers.map(({ frame }) => frame)).toEqual([utf8('mark')]);
  });
});
