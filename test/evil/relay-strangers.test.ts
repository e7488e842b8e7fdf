import { type Device, type Member, verifyCredential } from '@aurora/crypto';
import {
  commitChange,
  createGroup,
  type KeyPackage,
  readKeyPackage,
  sealLetter,
  splitCommit,
} from '@aurora/crypto/groups';
import {
  type Bytes,
  type DeliveryId,
  type DeviceId,
  type Epoch,
  LOUNGE,
  limits,
  type Millis,
  messageId,
  type RoomId,
  type Seq,
  utf8,
} from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDevice } from '../../packages/chat/src/core/account.ts';
import { encodeMail } from '../../packages/chat/src/core/room/group/mail.ts';
import { all, answering, inserting, retelling } from './meddling.ts';
import { prepare, Scene, seeds, type Victim } from './scene.ts';

beforeAll(prepare);

interface Forgery {
  readonly epoch: Epoch;
  readonly frame: Bytes;
  readonly mail: Bytes;
}

/** A group of somebody's making under a room's id, with a welcome for Bo that is sound in itself. */
async function forged(
  scene: Scene,
  room: RoomId,
  mallory: Device,
  bo: Victim,
  from: Epoch,
): Promise<Forgery> {
  const now = scene.world.clock.now();
  const member = await verifyCredential((await deviceOf(bo)).credential);
  const people = new Map<DeviceId, Member>([
    [member.id, member],
    [mallory.id, await verifyCredential(mallory.credential)],
  ]);
  const resolve = async () => people;
  const add = await packageOf(bo, resolve, now);
  const rules = { kind: 'private', history: 'none', admins: [mallory.identity] } as const;
  const group = await createGroup({ room, device: mallory, rules, now });
  const made = await commitChange({ group, device: mallory, now, resolve, add: [add] });
  const [welcome] = made.welcomes;
  if (welcome === undefined) throw new Error('a newcomer is welcomed');
  const epoch = (from + 1) as Epoch;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', made.groupInfo));
  const letter = await sealLetter({
    room,
    device: mallory,
    to: member,
    letter: {
      type: 'introduction',
      welcome: hash,
      epoch,
      keys: [],
      spans: [],
      title: 'Plans',
      link: null,
      chain: null,
    },
  });
  const info = made.groupInfo;
  const mail = encodeMail({
    type: 'welcome',
    epoch,
    welcome: welcome.welcome,
    info,
    hash,
    pieces: 0,
    letter,
  });
  return { epoch, frame: (await splitCommit(made.frame)).frame, mail };
}

async function packageOf(
  bo: Victim,
  resolve: () => Promise<Map<DeviceId, Member>>,
  now: Millis,
): Promise<KeyPackage> {
  const [newest] = bo.line.askedFor('publish_key_packages').flatMap(({ packages }) => packages.slice(-1));
  if (newest === undefined) throw new Error('Bo left key packages');
  return readKeyPackage(newest, { now, resolve });
}

async function deviceOf({ person }: Victim): Promise<Device> {
  const device = await loadDevice(person.vault);
  if (device === null) throw new Error('somebody entered');
  return device;
}

describe.each(seeds)('strangers (AURORA_SEED=%i)', (seed) => {
  it('a relay that welcomes Bo, who is in, to a group of Mallory’s making: he stays where he is', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const room = await scene.room(ada, bo);
    await scene.says(ada, 'before', room);
    await scene.reads(bo, 'before', room);
    const device = await deviceOf(mallory);
    const last = ada.line.entriesOf(room).at(-1);
    if (last === undefined) throw new Error('something was said');
    const { epoch, frame, mail } = await forged(scene, room, device, bo, last.epoch);
    const at = scene.world.clock.now();
    const id = messageId(at, new Uint8Array(16));
    const commit = {
      ...last,
      seq: (last.seq + 1) as typeof last.seq,
      kind: 'commit',
      sender: device.id,
      id,
      frame,
    } as const;
    let told = 0;
    const lie = retelling(room, (entries) => {
      told += 1;
      const honest = entries.filter(({ seq }) => seq <= last.seq);
      return [...honest, commit];
    });
    const handed = inserting({
      type: 'delivery',
      delivery: { id: '00'.repeat(16) as DeliveryId, room, sender: device.id, at, frame: mail },
    });
    bo.line.evil = all(lie, handed);
    await scene.says(mallory, 'hello', LOUNGE);
    await scene.world.until('the welcome was told', () => handed.waiting.length === 0);
    await scene.world.until('the forged commit was told', () => told > 0);
    await scene.world.pass(10_000);
    expect(epoch).toBe(last.epoch + 1);
    const panel = await scene.world.done(
      'the members are shown',
      bo.person.client.conversations.private(room).panel(),
    );
    expect(panel.members.map(({ nickname }) => nickname).sort()).toEqual(['Ada', 'Bo']);
    expect(bo.person.textsIn(room)).toEqual(['before']);
  });

  it('Mallory puts Bo into a room with a Welcome that is none: he sees nothing of it and does not come in, until there is a true one', async () => {
    const scene = new Scene(seed);
    const [bo, mallory] = await scene.meet('Bo', 'Mallory');
    let spoilt = 0;
    mallory.line.evil = {
      hear(request) {
        if (request.type !== 'commit' || request.welcomes.length === 0) return request;
        spoilt += 1;
        return { ...request, welcomes: request.welcomes.map((one) => ({ ...one, frame: utf8('anything') })) };
      },
    };
    const room = await scene.world.done(
      'the room is made',
      mallory.person.client.conversations.create('Look here', 'none', [bo.person.card]),
    );
    expect(spoilt).toBe(1);
    await scene.world.until('Bo knocks', () => bo.line.askedFor('knock').some((one) => one.room === room));
    const again = await scene.world.restarted(bo.person, bo.line);
    await scene.world.pass(60_000);
    expect(spoilt).toBeGreaterThan(1);
    expect(again.view(room)).toBeUndefined();
    expect(bo.line.askedFor('join').filter((one) => one.room === room)).toEqual([]);
    mallory.line.evil = {};
    await scene.world.until('Bo is let in', () => again.standing(room) === 'ready', 60 * 60_000);
  });

  it('Mallory makes rooms for Bo without end: he comes into so many of hers by himself, and into Ada’s all the same', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const roomsOf = () =>
      bo.person.client.conversations.views.filter(({ kind }) => kind === 'private').length;
    for (let n = 0; n < 66; n += 1) {
      const made = mallory.person.client.conversations.create('Look here', 'none', [bo.person.card]);
      await scene.world.done('a room is made', made).catch(() => undefined);
      await scene.world.pass(4_000);
    }
    expect(roomsOf()).toBe(64);
    await scene.room(ada, bo);
    expect(roomsOf()).toBe(65);
  });

  it('nobody is evil, but Bo is away for weeks: he finds the room that Ada let him into, and who wrote to him', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    // All his key packages are at the relay by then.
    await scene.world.pass(30_000);
    bo.person.client.stop();
    const { conversations } = ada.person.client;
    const room = await scene.world.done(
      'it is made',
      conversations.create('Plans', 'none', [bo.person.card]),
    );
    const direct = await conversations.openDirect(bo.person.card);
    await scene.says(ada, 'are you there?', direct);
    ada.person.client.stop();
    await scene.world.pass(15 * 24 * 60 * 60_000);
    const [back] = [await scene.world.restarted(bo.person, bo.line), await scene.world.restarted(ada.person)];
    await scene.world.until('Bo is in both', () =>
      [room, direct].every((one) => back.standing(one) === 'ready'),
    );
  });

  it('nobody is evil, but Ada’s word to Bo gave way to her many invitations while he was away: she is not told that he left, and he finds it', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    // All his key packages are at the relay by then.
    await scene.world.pass(30_000);
    bo.person.client.stop();
    const { conversations } = ada.person.client;
    const direct = await conversations.openDirect(bo.person.card);
    await scene.says(ada, 'are you there?', direct);
    for (let n = 0; n < limits.invitationsOfInviter; n += 1) {
      const made = conversations.create('Plans', 'none', [bo.person.card]);
      await scene.world.done('a room is made', made);
    }
    ada.person.client.stop();
    const again = await scene.world.restarted(ada.person, ada.line);
    await scene.world.until('Ada looked', () => ada.line.askedFor('open_direct').length > 1);
    const back = await scene.world.restarted(bo.person, bo.line);
    await scene.world.until('Bo is in it', () => back.standing(direct) === 'ready', 60 * 60_000);
    expect(again.view(direct)).toMatchObject({ peer: { gone: false } });
    await again.say('there you are', direct);
    await scene.world.until('Bo reads', () => back.textsIn(direct).includes('there you are'));
  });

  it('a relay that answers an invite with a room of Mallory’s own: Bo does not come into it', async () => {
    const scene = new Scene(seed);
    const [bo, mallory] = await scene.meet('Bo', 'Mallory');
    const room = await scene.room(mallory);
    // She does not know the secret of the link that Bo was given, and lets him in all the same.
    mallory.line.evil = { tell: (events) => events.filter(({ type }) => type !== 'knocked') };
    await bo.person.client.conversations.joinByLink(room, 'AAECAwQFBgcICQoLDA0ODw');
    await scene.world.until('Bo knocks', () => bo.line.askedFor('knock').length > 0);
    const invited = mallory.person.client.conversations.private(room).invite([bo.person.card]);
    await scene.world.done('Mallory lets him in', invited);
    await scene.says(mallory, 'welcome', room);
    await scene.world.pass(60_000);
    expect(mallory.person.view(room)).toMatchObject({ members: 2 });
    expect(bo.person.standing(room)).toBe('knocking');
    expect(bo.person.textsIn(room)).toEqual([]);
  });

  it('a stranger who lets Bo in and puts him out while he is away keeps nothing else from him', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    bo.person.client.stop();
    const { conversations } = mallory.person.client;
    const bad = await scene.world.done(
      'a room is made',
      conversations.create('Bad', 'none', [bo.person.card]),
    );
    const { identity } = bo.person.card;
    await scene.world.done('Bo is put out', conversations.private(bad).remove(identity));
    const good = await scene.world.done(
      'Ada makes hers',
      ada.person.client.conversations.create('Good', 'none', [bo.person.card]),
    );
    const back = await scene.world.restarted(bo.person, bo.line);
    await scene.world.until('Bo is in Ada’s', () => back.standing(good) === 'ready');
    expect(back.standing(bad)).not.toBe('ready');
    await scene.world.until('his mailbox is empty', () => bo.line.askedFor('collect').length > 0);
    expect(back.faults).toEqual([]);
  });

  it('a relay that seats Ada in a room of Mallory’s making while she makes her own: she does not take it for hers', async () => {
    const scene = new Scene(seed);
    const [ada, mallory] = await scene.meet('Ada', 'Mallory');
    const device = await deviceOf(mallory);
    // Her room is made at the relay, and her first change of it never comes.
    let made: RoomId | undefined;
    ada.line.evil = {
      hear(request) {
        if (request.type === 'create_room') made = request.room;
        return request.type === 'commit' ? null : request;
      },
    };
    const creating = ada.person.client.conversations.create('Board', 'none', []);
    creating.catch(() => {});
    await scene.world.until('the room is made at the relay', () => ada.line.askedFor('commit').length > 0);
    const room = made;
    if (room === undefined) throw new Error('the room was made');
    const { epoch, frame, mail } = await forged(scene, room, device, ada, 0 as Epoch);
    const at = scene.world.clock.now();
    const id = messageId(at, new Uint8Array(16));
    const entry = {
      seq: 1 as Seq,
      kind: 'commit',
      sender: device.id,
      id,
      epoch: 0 as Epoch,
      at,
      frame,
    } as const;
    const heads = answering('join', (reply, request) =>
      request.room === room ? { ...reply, seq: entry.seq, epoch } : reply,
    );
    const log = answering('read', (reply, request) => {
      if (request.room !== room) return reply;
      const told = request.side === 'before' || request.seq < entry.seq ? [entry] : [];
      return { ...reply, entries: told, more: false };
    });
    const handed = inserting({
      type: 'delivery',
      delivery: { id: '00'.repeat(16) as DeliveryId, room, sender: device.id, at, frame: mail },
    });
    ada.line.evil = all(heads, log, handed);
    scene.world.network.cutAll();
    await scene.world.until('the welcome was told', () => handed.waiting.length === 0);
    await scene.world.pass(60_000);
    expect(ada.person.standing(room)).not.toBe('ready');
    const { members } = await scene.world.done(
      'the members are shown',
      ada.person.client.conversations.private(room).panel(),
    );
    expect(members).toEqual([]);
  });

  it('somebody whom Bo does not know from the room lets him in after he was removed: only who was in with him can', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const room = await scene.room(ada, bo);
    await scene.says(ada, 'before', room);
    await scene.reads(bo, 'before', room);
    const adasRoom = ada.person.client.conversations.private(room);
    const { identity } = bo.person.card;
    await scene.world.done('Bo is removed', adasRoom.remove(identity));
    await scene.world.until('Bo knows it', () => bo.person.standing(room) === 'removed');
    await scene.world.done('Mallory is invited', adasRoom.invite([mallory.person.card]));
    await scene.areIn(room, ada, mallory);
    const mallorysRoom = mallory.person.client.conversations.private(room);
    await scene.world.done('Mallory lets him in', mallorysRoom.invite([bo.person.card]));
    await scene.says(mallory, 'welcome', room);
    await scene.world.pass(60_000);
    expect(bo.person.standing(room)).toBe('removed');
    expect(bo.person.textsIn(room)).toEqual(['before']);
    await scene.world.done('Bo is removed', adasRoom.remove(identity));
    await scene.world.done('Ada lets him in', adasRoom.invite([bo.person.card]));
    await scene.world.until('Bo is in again', () => bo.person.standing(room) === 'ready');
    await scene.says(ada, 'after', room);
    await scene.reads(bo, 'after', room);
  });

  it('a relay that keeps a goodbye from taking effect: who stays goes on under new keys, also without an admin', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo, dan] = await scene.meet('Ada', 'Bo', 'Cleo', 'Dan');
    const room = await scene.room(ada, bo, cleo, dan);
    ada.person.client.stop();
    bo.line.evil = { hear: (request) => (request.type === 'leave' ? null : request) };
    bo.person.client.conversations.leave(room).catch(() => {});
    await scene.world.until('Bo asked to leave', () => bo.line.askedFor('leave').length > 0);
    await scene.says(cleo, 'without Bo', room);
    await scene.reads(dan, 'without Bo', room);
    expect(cleo.person.view(room)).toMatchObject({ members: 3 });
    await scene.world.pass(10_000);
    expect(bo.person.textsIn(room)).toEqual([]);
  });
});
