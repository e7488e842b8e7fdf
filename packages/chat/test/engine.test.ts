import { LOUNGE } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { alwaysOnline, Engine, memoryVault, type Vault } from '../src/index.ts';
import { SetChance } from './support/chance.ts';
import { HandClock } from './support/clock.ts';
import { SmallRelay } from './support/relay.ts';
import { Tab } from './support/tab.ts';
import { until } from './support/until.ts';
import { Visitor } from './support/visitor.ts';

let clock: HandClock;
let relay: SmallRelay;
let engine: Engine;

beforeEach(() => {
  clock = new HandClock();
  relay = new SmallRelay(clock);
  engine = started(memoryVault());
});

function started(vault: Vault): Engine {
  const ports = { clock, random: new SetChance(), sockets: relay.sockets(), network: alwaysOnline };
  return new Engine({ ...ports, vault });
}

/** A tab in which Ada has entered. */
async function entered(): Promise<Tab> {
  const tab = new Tab(engine);
  await tab.asks('enter', { nickname: 'Ada' });
  await until(() => tab.latest('conversations')?.conversations[0]?.keys === 'ready');
  return tab;
}

describe('a page that attaches', () => {
  it('is told at once where everything stands, whoever is here', () => {
    const tab = new Tab(started(memoryVault()));
    expect(tab.told).toEqual(['account', 'connection', 'conversations', 'blocked']);
    expect(tab.latest('account')?.account).toEqual({ status: 'loading' });
  });

  it('is told of the conversation, its people and who types, when somebody is signed in', async () => {
    await entered();
    const second = new Tab(engine);
    expect(second.told).toEqual([
      'account',
      'connection',
      'conversations',
      'blocked',
      'preferences',
      'people',
      'typing',
    ]);
    expect(second.latest('account')?.account).toMatchObject({ status: 'in', nickname: 'Ada' });
    expect(second.latest('connection')?.connection).toEqual({ status: 'connected' });
    expect(second.latest('conversations')?.conversations).toMatchObject([{ title: 'Lounge' }]);
  });

  it('is told nothing more once it detached', async () => {
    const first = await entered();
    const second = new Tab(engine);
    second.detach();
    const before = second.told.length;
    await first.asks('prefer', { sounds: false });
    expect(second.told).toHaveLength(before);
  });
});

describe('what a page asks', () => {
  it('is answered to that page alone, under the number of its call', async () => {
    const first = await entered();
    const second = new Tab(engine);
    const { id } = await first.asks('send', { room: LOUNGE, text: 'hello' });
    const page = { room: LOUNGE, side: 'latest', position: [0, 0], limit: 10 } as const;
    expect((await second.asks('page', page)).rows).toMatchObject([{ id, text: 'hello' }]);
    expect(first.answers.size).toBe(2);
    expect(second.answers.size).toBe(1);
  });

  it('is refused in words: a Failure, never an exception', async () => {
    const tab = await entered();
    await expect(tab.asks('enter', { nickname: 'Bo' })).rejects.toMatchObject({ code: 'already_in' });
    await expect(tab.asks('send', { room: LOUNGE, text: ' ' })).rejects.toMatchObject({ code: 'empty' });
    const elsewhere = '2'.padStart(32, '0') as typeof LOUNGE;
    await expect(tab.asks('read', { room: elsewhere, position: [1, 0] })).rejects.toEqual({
      code: 'no_such_room',
      message: expect.stringMatching(/\w/),
    });
  });

  it('changes what every tab shows: a choice made in one is made in all', async () => {
    const first = await entered();
    const second = new Tab(engine);
    await first.asks('prefer', { theme: 'light' });
    expect(second.latest('preferences')?.preferences).toMatchObject({ sounds: true, theme: 'light' });
  });

  it('is kept: a draft of one tab is there for the next', async () => {
    const first = await entered();
    await first.asks('draft', { room: LOUNGE, text: 'half a thought' });
    const drafts = [{ room: LOUNGE, text: 'half a thought' }];
    expect(await new Tab(engine).asks('drafts', {})).toEqual(drafts);
    await first.asks('draft', { room: LOUNGE, text: '' });
    expect(await first.asks('drafts', {})).toEqual([]);
  });
});

describe('when Bo says something', () => {
  let first: Tab;
  let second: Tab;
  let bo: Visitor;

  beforeEach(async () => {
    first = await entered();
    second = new Tab(engine);
    bo = new Visitor(relay, clock);
    await bo.enter('Bo');
  });

  /** Resolves when it has arrived and would have rung. */
  async function boSays(text: string): Promise<void> {
    const before = first.latest('conversations')?.conversations[0]?.unread ?? 0;
    await bo.says(text);
    await until(() => (first.latest('conversations')?.conversations[0]?.unread ?? 0) > before);
  }

  it('one tab rings: the one that Ada looked at last', async () => {
    await first.asks('look', { room: LOUNGE, focused: true });
    await second.asks('look', { room: null, focused: true });
    await first.asks('look', { room: LOUNGE, focused: false });
    await second.asks('look', { room: null, focused: false });
    await boSays('ding');
    expect([first.rings, second.rings]).toEqual([0, 1]);
    await first.asks('look', { room: null, focused: true });
    await boSays('dong');
    expect([first.rings, second.rings]).toEqual([1, 1]);
  });

  it('none rings while Ada looks at that conversation in any of them', async () => {
    await second.asks('look', { room: LOUNGE, focused: true });
    await boSays('you see this');
    expect([first.rings, second.rings]).toEqual([0, 0]);
  });

  it('none rings when sounds are off', async () => {
    await first.asks('prefer', { sounds: false });
    await boSays('quiet');
    expect([first.rings, second.rings]).toEqual([0, 0]);
  });

  it('a tab that went away does not ring in vain: another does', async () => {
    await second.asks('look', { room: null, focused: true });
    second.detach();
    await boSays('anybody?');
    expect([first.rings, second.rings]).toEqual([1, 0]);
  });

  it('what Ada says herself rings nowhere', async () => {
    await first.asks('send', { room: LOUNGE, text: 'me' });
    await until(() => bo.heard('me') !== undefined);
    expect([first.rings, second.rings]).toEqual([0, 0]);
  });
});

describe('an engine that a newer one replaced', () => {
  it('says so to every tab, leaves the relay, and refuses whatever is asked with the same words', async () => {
    const tab = await entered();
    engine.supersede();
    const failure = tab.latest('toast')?.failure;
    expect(failure).toMatchObject({ code: 'superseded' });
    expect(tab.latest('connection')?.connection).toEqual({ status: 'offline', failure: null });
    await expect(tab.asks('send', { room: LOUNGE, text: 'hello?' })).rejects.toEqual(failure);
    await expect(tab.asks('reconnect', {})).rejects.toEqual(failure);
  });
});

it('tells of a storage that cannot be read instead of going on as if nobody had been here', async () => {
  const broken = { ...memoryVault(), read: () => Promise.reject(new TypeError('the disk is gone')) };
  const tab = new Tab(started(broken));
  await until(() => tab.latest('toast') !== undefined);
  expect(tab.latest('toast')).toMatchObject({ level: 'error', failure: { code: 'internal' } });
  await expect(tab.asks('enter', { nickname: 'Ada' })).rejects.toMatchObject({ code: 'internal' });
});
