import { type DeviceId, LOUNGE, limits, type RoomId, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { nodeRandom } from '../src/adapters/node/random.ts';
import { nodeVerifier } from '../src/adapters/node/verifier.ts';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { Rooms } from '../src/core/room/rooms.ts';
import { defaultSettings } from '../src/core/settings.ts';
import type { Storage } from '../src/ports/ports.ts';
import { claimOf } from './support/claim.ts';
import { settle, VirtualClock } from './support/clock.ts';
import { Device } from './support/keys.ts';
import { newRoom, people, roomOf, Someone, welcomesOf } from './support/room.ts';
import { World } from './support/world.ts';

const MINUTE = 60_000;

/** Bo is in as many rooms as there may be. */
async function everywhere({ privateRooms }: Storage, bo: Someone): Promise<void> {
  for (let n = 0; n < limits.rooms; n += 1) await privateRooms.create(newRoom(), bo.identity);
}

/** A room of Ada's into which she let Bo, who has not come in yet. */
async function inviting(ada: Someone, bo: Someone): Promise<RoomId> {
  const room = await roomOf(ada);
  await ada.welcome(room, 1, bo);
  return room;
}

describe('who is in a thousand rooms', () => {
  it('[RM6] [LM1] is let into no other by anybody, and so comes in again to leave some', async () => {
    const world = new World();
    const [ada, bo, cleo] = await people(world, 'Ada', 'Bo', 'Cleo');
    const room = await roomOf(ada);
    await everywhere(world.storage, bo);
    const welcomes = welcomesOf(cleo, bo);
    await expect(ada.commit(room, 1, { welcomes })).rejects.toMatchObject({ code: 'too_large' });
    expect(await ada.members(room, [ada])).toEqual(['Ada*']);
    const again = world.connect();
    const { rooms } = await again.auth(bo.device);
    expect(rooms).toHaveLength(limits.rooms);
    const [one] = rooms;
    if (one === undefined) throw new Error('unreachable');
    await again.ask('leave', { room: one.room });
    await ada.commit(room, 1, { welcomes });
    expect(await ada.members(room, [ada, bo, cleo])).toEqual(['Ada*', 'Cleo', 'Bo']);
  });

  it('[RM6] gets keys again for another device in a room of theirs', async () => {
    const world = new World();
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    for (let n = 1; n < limits.rooms; n += 1) await world.storage.privateRooms.create(newRoom(), bo.identity);
    const laptop = await Someone.enter(world, new Device('Bo', bo.device.identity));
    await ada.welcome(room, 1, laptop);
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*', 'Bo']);
  });

  it('[OP4] [RM13] comes in though there are invitations besides, which wait until there is a place', async () => {
    const world = new World();
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await inviting(ada, bo);
    await everywhere(world.storage, bo);
    const again = world.connect();
    const { rooms } = await again.auth(bo.device);
    expect(rooms).toHaveLength(limits.rooms);
    expect(rooms.map((head) => head.room)).not.toContain(room);
    await expect(again.join(room)).rejects.toMatchObject({ code: 'too_large' });
    await again.ask('leave', { room: rooms[0]?.room as RoomId });
    expect(await again.join(room)).toMatchObject({ room });
  });

  it('[RM3] [LM1] makes no more of them, not even with two requests at once', async () => {
    const world = new World();
    const { privateRooms } = world.storage;
    const [bo] = await people(world, 'Bo');
    for (let n = 1; n < limits.rooms; n += 1) await privateRooms.create(newRoom(), bo.identity);
    const tab = await Someone.enter(world, bo.device);
    const outcomes = await Promise.allSettled(
      [bo, tab].map(({ client }) => client.ask('create_room', { room: newRoom() })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('who has signed out', () => {
  it('[OP25] is put into no room by what was still on its way', async () => {
    const { directory, privateRooms, members } = memoryStorage();
    const [ada, bo] = [new Device('Ada'), new Device('Bo')];
    for (const one of [ada, bo]) await directory.claim(claimOf(one));
    await directory.retire(ada.identityId);
    expect(await privateRooms.create(newRoom(), ada.identityId)).toBe('gone');
    expect(await privateRooms.openDirect(newRoom(), ada.identityId, bo.identityId)).toBe('gone');
    expect(await members.rooms(ada.identityId)).toEqual([]);
    expect(await members.rooms(bo.identityId)).toEqual([]);
  });
});

describe('a room that nobody is in', () => {
  async function roomsOver(storage: Storage) {
    const clock = new VirtualClock();
    const observer = {
      sessions() {},
      appended() {},
      delivered() {},
      refused() {},
      ended() {},
      fault() {},
    };
    return new Rooms(
      { ...storage, clock, random: nodeRandom, verifier: nodeVerifier, observer },
      defaultSettings,
    );
  }

  it('takes no memory after two sweeps, unless somebody asked for it between them', async () => {
    const storage = memoryStorage();
    const ada = new Device('Ada');
    await storage.directory.claim(claimOf(ada));
    const room = newRoom();
    await storage.privateRooms.create(room, ada.identityId);
    const rooms = await roomsOver(storage);
    const first = await rooms.open(room);
    rooms.sweep();
    expect(await rooms.open(room)).toBe(first);
    rooms.sweep();
    expect(rooms.get(room)).toBe(first);
    rooms.sweep();
    expect(rooms.get(room)).toBeUndefined();
    expect(await rooms.head(room)).toMatchObject({ room, kind: 'private', seq: 0 });
    expect(rooms.get(room)).toBeUndefined();
  });

  it('does not go while it is the Lounge', async () => {
    const rooms = await roomsOver(memoryStorage());
    const lounge = await rooms.open(LOUNGE);
    for (let round = 0; round < 5; round += 1) rooms.sweep();
    expect(rooms.get(LOUNGE)).toBe(lounge);
  });

  it('[OP7] [PR1] is as it was when they come back: who comes is told of the others, and of all they say', async () => {
    const world = new World();
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await ada.say(room, 1, 'before');
    for (const { client } of [ada, bo]) client.line?.close();
    await world.clock.advance(5 * MINUTE);
    const [back, also] = [await Someone.enter(world, ada.device), await Someone.enter(world, bo.device)];
    expect(await back.client.join(room)).toMatchObject({ seq: 2, epoch: 1 });
    await also.client.join(room);
    await also.say(room, 1, 'after');
    expect(await back.client.until(() => back.client.texts[0])).toBe('after');
    await world.clock.advance(1000);
    const present = await back.client.ask('people', { room, search: '', after: null, limit: 9 });
    expect(present.people.map(({ nickname }) => nickname)).toEqual(['Ada', 'Bo']);
  });

  it('stays while one is live in it, however quiet', async () => {
    const world = new World();
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await world.clock.advance(10 * MINUTE);
    await ada.say(room, 1, 'still here');
    await settle();
    expect(bo.client.texts).toContain('still here');
  });
});

describe('a line of those who knock', () => {
  it('[KP6] [KP8] is told whole though the last one of a page knocks again before the next', async () => {
    const world = new World();
    const [ada] = await people(world, 'Ada');
    const room = await roomOf(ada);
    const { knocks } = world.storage;
    const line = Array.from({ length: limits.knockPage + 2 }, () => new Device('x').id);
    const knock = (device: DeviceId, text: string) =>
      knocks.put(room, { device, at: world.clock.now(), frame: utf8(text) });
    for (const device of line) await knock(device, 'first');
    const page = (after: DeviceId | null) => ada.client.ask('knocks', { room, after });
    const first = await page(null);
    const last = line[limits.knockPage - 1] as DeviceId;
    expect(first.knocks.at(-1)?.device).toBe(last);
    await knock(last, 'again');
    const rest = await page(last);
    expect(rest.knocks.map(({ device }) => device)).toEqual(line.slice(limits.knockPage));
    const whole = await page(null);
    expect(whole.knocks.at(-1)).toMatchObject({ device: last, frame: utf8('again') });
  });
});
