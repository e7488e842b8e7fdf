import { LOUNGE } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from './support/clock.ts';
import { refuse, SmallRelay } from './support/relay.ts';
import { until } from './support/until.ts';
import { contents, Visitor } from './support/visitor.ts';

let clock: HandClock;
let relay: SmallRelay;
let ada: Visitor;

beforeEach(() => {
  clock = new HandClock();
  relay = new SmallRelay(clock);
  ada = new Visitor(relay, clock);
});

describe('entering', () => {
  it('Ada types a nickname and can read and write; her spaces are put in order', async () => {
    await ada.enter('  Ada   Lovelace ');
    expect(ada.client.account).toMatchObject({ status: 'in', nickname: 'Ada Lovelace', kept: false });
    expect(ada.client.connection).toEqual({ status: 'connected' });
    expect(ada.client.rooms.map(({ view }) => view)).toMatchObject([
      { room: LOUNGE, title: 'Lounge', unread: 0, keys: 'ready', warning: null },
    ]);
  });

  it.each([
    ['nothing', '   '],
    ['far too much', 'x'.repeat(33)],
    ['what cannot be seen', 'A\u200bda'],
  ])('is refused with words for a nickname of %s, before anything is sent', async (_, nickname) => {
    await ada.client.load();
    await expect(ada.client.enter(nickname)).rejects.toMatchObject({
      failure: { code: 'nickname_invalid' },
    });
    expect(relay.asked).toEqual([]);
  });

  it('is refused with a free nickname when somebody has hers, and works with that one', async () => {
    await ada.client.load();
    const auth = relay.handler('auth');
    relay.instead('auth', refuse('nickname_taken', 'Ada is taken.', { suggestion: 'Ada 2' }));
    await expect(ada.client.enter('Ada')).rejects.toMatchObject({
      failure: { code: 'nickname_taken', suggestion: 'Ada 2' },
    });
    expect(ada.client.account).toEqual({ status: 'none' });
    expect(await contents(ada.vault)).toEqual([]);
    relay.instead('auth', auth);
    await ada.client.enter('Ada 2');
    expect(ada.client.account).toMatchObject({ status: 'in', nickname: 'Ada 2' });
  });

  it('gives up after ten seconds when the relay does not answer, and says so', async () => {
    relay.unanswered.add('auth');
    await ada.client.load();
    const refused = expect(ada.client.enter('Ada')).rejects.toMatchObject({
      failure: { code: 'not_connected' },
    });
    await until(() => relay.asked.length > 0);
    clock.pass(10_000);
    await refused;
    expect(ada.client.account).toEqual({ status: 'none' });
    expect(ada.client.connection).toEqual({ status: 'offline', failure: null });
  });

  it('is for one at a time', async () => {
    await ada.client.load();
    const entering = ada.client.enter('Ada');
    const alreadyIn = { failure: { code: 'already_in' } };
    await expect(ada.client.enter('Bo')).rejects.toMatchObject(alreadyIn);
    await entering;
    await expect(ada.client.enter('Bo')).rejects.toMatchObject(alreadyIn);
  });

  it('is not asked of who was here before: she is who she was, with her key', async () => {
    await ada.enter('Ada');
    const { account } = ada.client;
    ada.client.stop();
    const later = new Visitor(relay, clock, ada.vault);
    await later.client.load();
    expect(later.client.account).toEqual(account);
    await later.ready();
    expect(relay.head.epoch).toBe(1);
  });
});

describe('signing out', () => {
  beforeEach(async () => {
    await ada.enter('Ada');
    await ada.says('hello');
    await ada.client.draft(LOUNGE, 'half a thought');
  });

  it('frees the nickname and leaves nothing on the device', async () => {
    await ada.client.signOut();
    expect(relay.asked.at(-1)?.type).toBe('retire');
    expect(await contents(ada.vault)).toEqual([]);
    expect(ada.client.account).toEqual({ status: 'none' });
    expect(ada.client.rooms).toEqual([]);
    expect(ada.toasts).toEqual([]);
  });

  it('wipes the device also without a connection, and says that the nickname stays reserved', async () => {
    ada.wifi.turn(false);
    await ada.client.signOut();
    expect(await contents(ada.vault)).toEqual([]);
    expect(ada.toasts.map(({ code }) => code)).toEqual(['not_freed']);
  });

  it('wipes the device also when the relay does not answer within five seconds', async () => {
    relay.unanswered.add('retire');
    const leaving = ada.client.signOut();
    await until(() => relay.asked.at(-1)?.type === 'retire');
    clock.pass(5_000);
    await leaving;
    expect(await contents(ada.vault)).toEqual([]);
    expect(ada.toasts.map(({ code }) => code)).toEqual(['not_freed']);
  });

  it('leaves nothing of a message that was just being sent', async () => {
    const sending = ada.client.send(LOUNGE, 'too late');
    await ada.client.signOut();
    await sending;
    await until(() => ada.client.settled);
    expect(await contents(ada.vault)).toEqual([]);
  });

  it('lets somebody else enter on the same device', async () => {
    await ada.client.signOut();
    await ada.client.enter('Bo');
    expect(ada.client.account).toMatchObject({ status: 'in', nickname: 'Bo' });
  });
});
