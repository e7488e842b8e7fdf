import {
  admitFrame,
  announceFresh,
  applyHandshake,
  type EpochKey,
  emptyRoom,
  type OpenRoom,
  sealGrant,
  sealMessage,
} from '@aurora/crypto';
import {
  type Bytes,
  type Delivery,
  type DeliveryId,
  type Epoch,
  type Generation,
  LOUNGE,
  type Millis,
  type Seq,
} from '@aurora/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Seen } from '../src/core/room/chain.ts';
import { HandClock } from './support/clock.ts';
import { freshId } from './support/log-of.ts';
import { type Somebody, somebody } from './support/people.ts';
import { Reading } from './support/reading.ts';
import { SmallRelay } from './support/relay.ts';

let ada: Somebody;
let bo: Somebody;
let eve: Somebody;
let clock: HandClock;
let relay: SmallRelay;
/** What Ada knows of the room that she opened, and its key. */
let open: OpenRoom;
let key: EpochKey;

beforeAll(async () => {
  [ada, bo, eve] = await Promise.all([somebody('Ada'), somebody('Bo'), somebody('Eve')]);
});

/** A room that Ada opened and into which she admitted Bo; nothing was said yet. */
beforeEach(async () => {
  clock = new HandClock();
  relay = new SmallRelay(clock);
  for (const { device } of [ada, bo, eve]) relay.credentials.set(device.id, device.credential);
  open = emptyRoom(LOUNGE);
  const opening = await announceFresh(open, ada.device);
  key = opening.key;
  await stands('commit', opening.frame);
  await stands('handshake', await admitFrame(open, ada.device, [bo.device.id]));
});

async function stands(kind: 'commit' | 'handshake', frame: Bytes): Promise<void> {
  const epoch = relay.head.epoch;
  const entry = relay.add({ id: freshId(), kind, epoch, sender: ada.device.id, frame });
  open = (await applyHandshake(open, entry, ada.member)).state;
}

async function says(text: string, seen: Seen | null = null): Promise<void> {
  const id = freshId();
  const body = { type: 'text', at: clock.now(), seen, text } as const;
  const frame = await sealMessage({ room: LOUNGE, ...key, id, device: ada.device, body });
  relay.add({ id, kind: 'message', epoch: key.epoch, sender: ada.device.id, frame });
}

async function grant(
  keys: EpochKey[],
  { from = ada, to = bo, chain = null as Seen | null } = {},
): Promise<Delivery> {
  const point = chain && { seq: chain[0], chain: chain[1] };
  const frame = await sealGrant({ room: LOUNGE, device: from.device, to: to.member, keys, chain: point });
  const id = '1'.padStart(32, '0') as DeliveryId;
  return { id, room: LOUNGE, sender: from.device.id, at: 1 as Millis, frame };
}

/** Bo, who has read up to the end. */
async function reader(vault?: Reading['vault']): Promise<Reading> {
  const reading = await Reading.of(bo, relay, clock, vault);
  await reading.log.catchUp(relay.head);
  return reading;
}

describe('Bo, who comes for the first time', () => {
  it('learns members and epochs, and reads what was said only when he scrolls up', async () => {
    await says('before you came');
    const reading = await reader();
    expect(reading.added).toEqual([]);
    expect(reading.resets).toBe(1);
    expect([...reading.log.keys.members.keys()]).toEqual([ada.device.id, bo.device.id]);
    expect(reading.log.progress).toMatchObject({ cursor: 3, from: 4 });
    await reading.granted(await grant([key]));
    expect(await reading.log.older()).toBe(true);
    expect(reading.log.progress?.from).toBe(1);
    expect(await reading.log.older()).toBe(false);
  });

  it('goes on where he was after a restart, with the key', async () => {
    const reading = await reader();
    await reading.granted(await grant([key]));
    await says('while you slept');
    const later = await reader(reading.vault);
    expect(later.resets).toBe(0);
    expect(later.texts).toEqual(['while you slept']);
  });
});

describe('a history with something missing', () => {
  it('is not read past the gap: Bo is warned, and reads it when the relay tells it', async () => {
    const reading = await reader();
    await reading.granted(await grant([key]));
    await says('one');
    await says('two');
    const all = relay.entries;
    relay.entries = all.filter(({ seq }) => seq !== 3);
    await reading.log.catchUp(relay.head);
    expect(reading.warnings.map(({ code }) => code)).toEqual(['gap']);
    expect(reading.texts).toEqual([]);
    expect(reading.log.progress?.cursor).toBe(2);
    relay.entries = all;
    await reading.log.catchUp(relay.head);
    expect(reading.texts).toEqual(['one', 'two']);
  });

  it('is noticed in what happens now, and caught up on without a warning', async () => {
    const reading = await reader();
    await reading.granted(await grant([key]));
    await says('missed');
    await says('heard');
    expect(await reading.log.live(relay.entries.slice(3))).toBe(false);
    expect(reading.texts).toEqual([]);
    await reading.log.catchUp(relay.head);
    expect(reading.texts).toEqual(['missed', 'heard']);
    expect(reading.warnings).toEqual([]);
  });

  it('told twice is read once', async () => {
    const reading = await reader();
    await reading.granted(await grant([key]));
    await says('once');
    expect(await reading.log.live(relay.entries)).toBe(true);
    expect(await reading.log.live(relay.entries)).toBe(true);
    expect(reading.texts).toEqual(['once']);
  });

  it('is not read backwards past a gap either', async () => {
    await says('one');
    const reading = await reader();
    relay.entries = relay.entries.filter(({ seq }) => seq !== 2);
    expect(await reading.log.older()).toBe(false);
    expect(reading.warnings.map(({ code }) => code)).toEqual(['gap']);
    expect(reading.log.progress?.from).toBe(4);
  });
});

describe('a log that is told anew', () => {
  it('makes Bo forget the old telling, say that the server was restored, and read anew', async () => {
    const reading = await reader();
    await reading.granted(await grant([key]));
    await says('kept');
    await says('lost with the disk');
    await reading.log.catchUp(relay.head);
    relay.entries = relay.entries.slice(0, 3);
    relay.generation = 2 as Generation;
    await reading.log.catchUp(relay.head);
    expect(reading.warnings.map(({ code }) => code)).toEqual(['restored']);
    expect(reading.resets).toBe(2);
    expect(reading.log.progress).toMatchObject({ generation: 2, cursor: 3 });
    const rows = { from: '', to: '~', limit: 100, newestFirst: false };
    expect(await reading.vault.range('rows', rows)).toEqual([]);
  });

  it('does not take a value for the chain that was vouched for in the old telling', async () => {
    const reading = await reader();
    const chain: Seen = [3 as Seq, new Uint8Array(32).fill(9)];
    await reading.granted(await grant([key], { chain }));
    relay.generation = 2 as Generation;
    await reading.log.catchUp(relay.head);
    await says('in the new telling');
    await reading.log.catchUp(relay.head);
    await reading.log.anchor();
    expect(reading.log.chain).toBeNull();
  });
});

describe('a grant', () => {
  it('opens what waited for its key, in its place', async () => {
    const reading = await reader();
    await says('sealed');
    await says('sealed too');
    await reading.log.catchUp(relay.head);
    expect(reading.texts).toEqual(['sealed', 'sealed']);
    expect(reading.log.progress?.sealed).toEqual([3, 4]);
    await reading.granted(await grant([key]));
    expect(reading.opened).toMatchObject([
      { type: 'message', seq: 3, text: 'sealed' },
      { type: 'message', seq: 4, text: 'sealed too' },
    ]);
    expect(reading.opened.map(({ id }) => id)).toEqual(reading.added.map(({ id }) => id));
    expect(reading.log.progress?.sealed).toBeNull();
    expect(reading.log.currentKey).toEqual(key);
  });

  it('with a false key changes nothing', async () => {
    const reading = await reader();
    const before = reading.log.keys;
    const chain: Seen = [2 as Seq, new Uint8Array(32).fill(9)];
    const lie = { epoch: 1 as Epoch, key: new Uint8Array(32).fill(7) };
    await reading.granted(await grant([lie], { from: eve, chain }));
    expect(reading.log.keys).toEqual(before);
    await reading.log.anchor();
    expect(reading.log.chain).toBeNull();
  });

  it.each([
    ['sealed to somebody else', async () => grant([key], { to: eve })],
    ['said to be from Eve', async () => ({ ...(await grant([key])), sender: eve.device.id })],
    ['of noise', async () => ({ ...(await grant([key])), frame: new Uint8Array(1_300).fill(1) })],
    [
      'from a device that nobody knows',
      async () => ({ ...(await grant([key])), sender: freshId() as never }),
    ],
  ])('%s changes nothing', async (_, make) => {
    const reading = await reader();
    await reading.granted(await make());
    expect(reading.log.currentKey).toBeNull();
    await reading.granted(await grant([key]));
    expect(reading.log.currentKey).toEqual(key);
  });
});

describe('the chain', () => {
  it('is followed from the start by who was there from the start', async () => {
    const all = relay.entries;
    relay.entries = [];
    const reading = await Reading.of(bo, relay, clock);
    await reading.log.catchUp(relay.head);
    relay.entries = all;
    await reading.log.catchUp(relay.head);
    expect(reading.log.chain?.[0]).toBe(2);
  });

  it('is taken up where a granter vouches for it, and followed to where Bo has read', async () => {
    const all = relay.entries;
    relay.entries = [];
    const first = await Reading.of(ada, relay, clock);
    await first.log.catchUp(relay.head);
    relay.entries = all;
    await first.log.catchUp(relay.head);
    const vouched = first.log.chain;
    await says('more');
    await first.log.catchUp(relay.head);
    const reading = await reader();
    expect(reading.log.chain).toBeNull();
    await reading.granted(await grant([key], { chain: vouched }));
    await reading.log.anchor();
    expect(reading.log.chain).toEqual(first.log.chain);
    expect(reading.log.progress?.chain).toEqual(first.log.chain);
  });

  it('shows that Ada was told another history', async () => {
    const reading = await reader();
    await reading.granted(await grant([key], { chain: [2 as Seq, new Uint8Array(32)] }));
    await reading.log.anchor();
    await says('did you see that?', [2 as Seq, new Uint8Array(32).fill(5)]);
    await reading.log.catchUp(relay.head);
    expect(reading.warnings.map(({ code }) => code)).toEqual(['fork']);
    expect(reading.texts).toEqual(['did you see that?']);
  });
});
