import { LOUNGE, limits } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from './support/clock.ts';
import { refuse, SmallRelay } from './support/relay.ts';
import { until } from './support/until.ts';
import { Visitor } from './support/visitor.ts';

let clock: HandClock;
let relay: SmallRelay;
let ada: Visitor;

beforeEach(async () => {
  clock = new HandClock();
  relay = new SmallRelay(clock);
  ada = new Visitor(relay, clock);
  await ada.enter('Ada');
});

async function bo(): Promise<Visitor> {
  const visitor = new Visitor(relay, clock);
  await visitor.enter('Bo');
  return visitor;
}

describe('what can be said', () => {
  it.each(['', ' \n\t '])('nothing at all cannot: %j', async (text) => {
    await expect(ada.client.send(LOUNGE, text)).rejects.toMatchObject({ failure: { code: 'empty' } });
  });

  it('16,000 characters can, and arrive', async () => {
    const guest = await bo();
    const text = 'a'.repeat(limits.text);
    await ada.says(text);
    await until(() => guest.texts.includes(text));
  });

  it('one more cannot, and the words say by how much', async () => {
    const text = 'a'.repeat(limits.text + 1);
    await expect(ada.client.send(LOUNGE, text)).rejects.toMatchObject({
      failure: { code: 'too_large', message: expect.stringContaining('1 character') },
    });
    expect(ada.texts).toEqual([]);
  });

  it('half a character is said as a replacement sign instead of failing', async () => {
    const guest = await bo();
    await ada.says('left \ud83d right \udca9');
    await until(() => guest.texts.length === 1);
    expect(guest.texts).toEqual(['left \ufffd right \ufffd']);
  });

  it('nothing can be said in a room that is not open here', async () => {
    const elsewhere = '2'.padStart(32, '0') as typeof LOUNGE;
    await expect(ada.client.send(elsewhere, 'hello?')).rejects.toMatchObject({
      failure: { code: 'no_such_room' },
    });
  });
});

describe('Ada and Bo', () => {
  it('hear each other, and it rings for the other only', async () => {
    const guest = await bo();
    await ada.says('hello Bo');
    await until(() => guest.heard('hello Bo') !== undefined);
    expect(guest.heard('hello Bo')).toMatchObject({ mine: false, author: { nickname: 'Ada' } });
    expect([ada.rings, guest.rings]).toEqual([0, 1]);
    await guest.says('hello Ada');
    await until(() => ada.texts.includes('hello Ada'));
    expect(ada.rings).toBe(1);
  });

  it('count what the other said as unread until it was read', async () => {
    const guest = await bo();
    await ada.says('read me');
    await until(() => guest.client.rooms[0]?.view.unread === 1);
    const room = guest.client.room(LOUNGE);
    await room.read(guest.heard('read me')?.position ?? [0, 0]);
    expect(room.view.unread).toBe(0);
  });

  it('see when the other types, and not when a relay repeats it later', async () => {
    const guest = await bo();
    const room = guest.client.room(LOUNGE);
    await ada.client.room(LOUNGE).tellTyping(true);
    await until(() => room.typing.includes('Ada'));
    clock.pass(6_000);
    expect(room.typing).toEqual([]);
    clock.pass(40_000);
    const signal = relay.asked.find((request) => request.type === 'signal');
    if (signal?.type !== 'signal') throw new Error('nothing was signalled');
    const sender = [...relay.credentials.keys()][0];
    if (sender === undefined) throw new Error('nobody is known');
    relay.tell({ type: 'signals', room: LOUNGE, signals: [{ sender, frame: signal.frame }] });
    await until(() => guest.client.settled);
    expect(room.typing).toEqual([]);
  });

  it('read what was said while one of them was away', async () => {
    const guest = await bo();
    guest.wifi.turn(false);
    await ada.says('where are you?');
    expect(guest.texts).toEqual([]);
    guest.wifi.turn(true);
    await until(() => guest.texts.includes('where are you?'));
  });

  it('read what a lost wake-up left out, when the line is tried', async () => {
    const guest = await bo();
    relay.muted = true;
    await ada.client.send(LOUNGE, 'psst');
    await until(() => relay.entries.at(-1)?.kind === 'message');
    relay.muted = false;
    clock.pass(25_000);
    await until(() => guest.texts.includes('psst'));
  });

  it('say what they wrote without a connection once it is back', async () => {
    const guest = await bo();
    ada.wifi.turn(false);
    const id = await ada.client.send(LOUNGE, 'from the tunnel');
    expect(ada.row(id)?.delivery).toEqual({ status: 'pending' });
    ada.wifi.turn(true);
    await until(() => guest.texts.includes('from the tunnel'));
    expect(relay.entries.filter((entry) => entry.id === id)).toHaveLength(1);
  });
});

describe('a relay that refuses for now', () => {
  it('is asked to let Ada in again after as long as it said', async () => {
    const join = relay.handler('join');
    relay.instead('join', refuse('rate_limited', 'Too fast.', { retryAfter: 1_500 }));
    relay.dropAll();
    clock.pass(500);
    await until(() => clock.waiting.includes(1_500));
    expect(ada.toasts).toEqual([]);
    relay.instead('join', join);
    clock.pass(1_500);
    await ada.says('back again');
  });

  it('is told of in words when it gives no time, and asked again after half a minute', async () => {
    const read = relay.handler('read');
    relay.instead('read', refuse('storage_failed', 'The disk does not answer.'));
    relay.dropAll();
    clock.pass(500);
    await until(() => ada.toasts.length > 0);
    expect(ada.toasts.map(({ code }) => code)).toEqual(['storage_failed']);
    relay.instead('read', read);
    clock.pass(30_000);
    await ada.says('back again');
  });

  it('is not asked for somebody who has signed out meanwhile', async () => {
    relay.instead('join', refuse('rate_limited', 'Too fast.', { retryAfter: 1_500 }));
    relay.dropAll();
    clock.pass(500);
    await until(() => clock.waiting.includes(1_500));
    await ada.client.signOut();
    expect(clock.waiting).toEqual([]);
  });
});
