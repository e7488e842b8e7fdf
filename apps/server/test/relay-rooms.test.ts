import { hash } from 'node:crypto';
import { directRoomBytes, directRoomId, LOUNGE, limits, type RoomId, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { settle } from './support/clock.ts';
import { Device } from './support/keys.ts';
import { NOWHERE, newRoom, people, roomOf, Someone } from './support/room.ts';
import { roomy, World } from './support/world.ts';

const STRANGER = new Device('Nobody').identityId;

function directRoom(one: Someone, other: Someone): RoomId {
  return directRoomId(
    new Uint8Array(hash('sha256', directRoomBytes(one.identity, other.identity), 'buffer')),
  );
}

describe('a private room', () => {
  it('[RM1] [OP26] is made with the id that Ada chose; she is its only member and admin, and not in it yet', async () => {
    const world = new World(roomy);
    const [ada] = await people(world, 'Ada');
    const room = newRoom();
    expect(await ada.client.ask('create_room', { room })).toMatchObject({
      room,
      kind: 'private',
      seq: 0,
      epoch: 0,
    });
    await expect(ada.read(room)).rejects.toMatchObject({ code: 'not_a_member' });
    expect(await ada.client.join(room)).toMatchObject({ room, kind: 'private' });
    expect(await ada.members(room, [ada])).toEqual(['Ada*']);
    expect((await ada.read(room)).head).toMatchObject({ kind: 'private' });
  });

  it('[RM1] every head tells the kind: of join, read, ping, and auth when Ada is back', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await ada.client.join(LOUNGE);
    const direct = await ada.client.ask('open_direct', { with: bo.identity });
    expect((await ada.client.ask('ping', {})).rooms.map(({ kind }) => kind).sort()).toEqual([
      'open',
      'private',
    ]);
    const again = world.connect();
    const { rooms } = await again.auth(ada.device);
    expect(Object.fromEntries(rooms.map(({ room: id, kind }) => [id, kind]))).toEqual({
      [LOUNGE]: 'open',
      [room]: 'private',
      [direct.room]: 'direct',
    });
  });

  it('[RM3] made again is no error for who is in it, and refused to everybody else', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = newRoom();
    const first = await ada.client.ask('create_room', { room });
    expect(await ada.client.ask('create_room', { room })).toEqual(first);
    await expect(bo.client.ask('create_room', { room })).rejects.toMatchObject({ code: 'bad_request' });
    await ada.client.join(room);
    await ada.welcome(room, 0, bo);
    expect(await bo.client.ask('create_room', { room })).toMatchObject({ room, epoch: 1 });
    await bo.client.ask('leave', { room });
    await expect(bo.client.ask('create_room', { room })).rejects.toMatchObject({ code: 'bad_request' });
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*']);
  });

  it('[RM3] does not take the id of the Lounge or of two people’s room', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    await ada.client.join(LOUNGE);
    const { room } = await ada.client.ask('open_direct', { with: bo.identity });
    for (const taken of [LOUNGE, room])
      await expect(ada.client.ask('create_room', { room: taken })).rejects.toMatchObject({
        code: 'bad_request',
      });
  });

  it('[OP3] [RM1] is closed to Eve: no join, read, append, commit, members, knocks, signal, register or delivery', async () => {
    const world = new World(roomy);
    const [ada, bo, eve] = await people(world, 'Ada', 'Bo', 'Eve');
    const room = await roomOf(ada, bo);
    const refused = (asking: Promise<unknown>) =>
      expect(asking).rejects.toMatchObject({ code: 'not_a_member' });
    await refused(eve.client.join(room));
    await refused(eve.read(room));
    await refused(eve.say(room, 1, 'x'));
    await refused(eve.commit(room, 1));
    await refused(eve.client.ask('members', { room }));
    await refused(eve.client.ask('people', { room, search: '', after: null, limit: 9 }));
    await refused(eve.client.ask('knocks', { room, after: null }));
    await refused(eve.client.ask('signal', { room, frame: utf8('x') }));
    await refused(eve.client.ask('register', { room, kind: 0, frame: utf8('x') }));
    await refused(eve.client.ask('registers', { room, kind: 0, after: null }));
    await refused(eve.client.ask('deliver', { room, device: bo.device.id, frame: utf8('x') }));
    expect((await ada.read(room)).head).toMatchObject({ seq: 1, epoch: 1 });
    await bo.say(room, 1, 'hello');
    await settle();
    expect(eve.client.entries).toEqual([]);
  });

  it('[OP3] [OP28] [OP29] is refused with no_such_room where there is none', async () => {
    const world = new World(roomy);
    const [ada] = await people(world, 'Ada');
    const room = NOWHERE;
    const refused = (asking: Promise<unknown>) =>
      expect(asking).rejects.toMatchObject({ code: 'no_such_room' });
    await refused(ada.client.join(room));
    await refused(ada.commit(room, 0));
    await refused(ada.client.ask('leave', { room }));
    await refused(ada.client.ask('members', { room }));
    await refused(ada.client.ask('knocks', { room, after: null }));
  });

  it('[LM1] [LM2] is refused with too_large to who is in a thousand, and twenty new ones at once are the most', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    for (let n = 0; n < limits.rooms; n += 1)
      await world.storage.privateRooms.create(newRoom(), ada.identity);
    const most = { code: 'too_large' };
    await expect(ada.client.ask('create_room', { room: newRoom() })).rejects.toMatchObject(most);
    await expect(ada.client.ask('open_direct', { with: bo.identity })).rejects.toMatchObject(most);
    for (let n = 0; n < 20; n += 1) await bo.client.ask('create_room', { room: newRoom() });
    await expect(bo.client.ask('create_room', { room: newRoom() })).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfter: 3000,
    });
  });

  it('[RM11] commit, leave and members are refused in the Lounge, an append of a commit everywhere else', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    await ada.client.join(LOUNGE);
    const refused = (asking: Promise<unknown>) =>
      expect(asking).rejects.toMatchObject({ code: 'bad_request' });
    await refused(ada.commit(LOUNGE, 0));
    await refused(ada.client.ask('leave', { room: LOUNGE }));
    await refused(ada.client.ask('members', { room: LOUNGE }));
    const room = await roomOf(ada, bo);
    const { room: direct } = await ada.client.ask('open_direct', { with: bo.identity });
    await ada.client.join(direct);
    await refused(ada.client.append('x', { room, kind: 'commit' }));
    await refused(ada.client.append('x', { room: direct, kind: 'commit' }));
    expect((await ada.read(room)).head).toMatchObject({ seq: 1, epoch: 1 });
  });
});

describe('a room of two', () => {
  it('[RM2] [RM4] [OP27] is the same whoever opens it, made of both ids, with both in it and no admin', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const opened = await Promise.all([
      ada.client.ask('open_direct', { with: bo.identity }),
      bo.client.ask('open_direct', { with: ada.identity }),
    ]);
    const room = directRoom(ada, bo);
    expect(opened).toMatchObject([
      { room, kind: 'direct' },
      { room, kind: 'direct' },
    ]);
    for (const one of [ada, bo]) await one.client.join(room);
    expect((await bo.members(room, [ada, bo])).sort()).toEqual(['Ada', 'Bo']);
    await bo.commit(room, 0, { welcomes: [{ device: ada.device.id, frame: utf8('w') }] });
    await ada.say(room, 1, 'hello');
    expect(await ada.client.ask('open_direct', { with: bo.identity })).toMatchObject({ seq: 2, epoch: 1 });
  });

  it('[RM4] [OP27] is opened also with Bo away, and again when he has left', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    bo.client.line?.close();
    const { room } = await ada.client.ask('open_direct', { with: bo.identity });
    const back = await Someone.enter(world, bo.device);
    await back.client.join(room);
    await back.client.ask('leave', { room });
    await expect(back.client.join(room)).rejects.toMatchObject({ code: 'not_a_member' });
    await ada.client.ask('open_direct', { with: bo.identity });
    await back.client.join(room);
  });

  it('[RM4] is refused with oneself, with who never was, and with who has signed out for good', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const { room } = await ada.client.ask('open_direct', { with: bo.identity });
    await bo.client.ask('retire', {});
    for (const other of [ada.identity, STRANGER, bo.identity])
      await expect(ada.client.ask('open_direct', { with: other })).rejects.toMatchObject({
        code: 'no_such_person',
      });
    await ada.client.join(room);
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada']);
  });

  it('[RM4] is refused when the other is in too many rooms, but not when she is in this one', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    await ada.client.ask('open_direct', { with: bo.identity });
    for (let n = 0; n < limits.rooms; n += 1) await world.storage.privateRooms.create(newRoom(), bo.identity);
    await expect(cy.client.ask('open_direct', { with: bo.identity })).rejects.toMatchObject({
      code: 'too_large',
    });
    expect(await world.storage.log.head(directRoom(cy, bo))).toBeUndefined();
    await ada.client.ask('open_direct', { with: bo.identity });
  });

  it('[RM2] [RM3] is not to be taken by Eve, who makes a private room under its id first', async () => {
    const world = new World(roomy);
    const [ada, bo, eve] = await people(world, 'Ada', 'Bo', 'Eve');
    const room = directRoom(ada, bo);
    await expect(eve.client.ask('create_room', { room })).rejects.toMatchObject({ code: 'bad_request' });
    expect(await ada.client.ask('open_direct', { with: bo.identity })).toMatchObject({
      room,
      kind: 'direct',
    });
  });

  it('[RM10] lets nobody in, removes nobody and has no admins', async () => {
    const world = new World(roomy);
    const [ada, bo, eve] = await people(world, 'Ada', 'Bo', 'Eve');
    const laptop = await Someone.enter(world, new Device('Bo', bo.device.identity));
    const { room } = await ada.client.ask('open_direct', { with: bo.identity });
    await ada.client.join(room);
    const refused = (asking: Promise<unknown>) =>
      expect(asking).rejects.toMatchObject({ code: 'not_allowed' });
    await refused(ada.welcome(room, 0, eve));
    await refused(ada.welcome(room, 0, bo, eve));
    await refused(ada.commit(room, 0, { remove: [bo.identity] }));
    await refused(ada.commit(room, 0, { admins: [ada.identity] }));
    await expect(eve.client.join(room)).rejects.toMatchObject({ code: 'not_a_member' });
    expect((await ada.read(room)).head).toMatchObject({ seq: 0, epoch: 0 });
    await ada.welcome(room, 0, bo, laptop);
    await bo.client.ask('leave', { room });
    await ada.welcome(room, 1, laptop);
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada', 'Bo']);
  });
});
