import { type RoomId, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { settle } from './support/clock.ts';
import { people, roomOf, type Someone } from './support/room.ts';
import { roomy, World } from './support/world.ts';

describe('leaving', () => {
  const put = ({ client }: Someone, room: RoomId) =>
    client.ask('register', { room, kind: 0, frame: utf8('x') });
  const kept = async ({ client }: Someone, room: RoomId) =>
    (await client.ask('registers', { room, kind: 0, after: null })).registers.map(({ sender }) => sender);

  it('[RM9] [OP29] ends Bo’s membership and registers of that room at once, and nothing else', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    const other = await roomOf(ada, bo);
    for (const one of [room, other]) await put(bo, one);
    expect(await bo.client.ask('leave', { room })).toEqual({});
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*']);
    expect([await kept(ada, room), await kept(ada, other)]).toEqual([[], [bo.device.id]]);
    await expect(bo.say(room, 1, 'x')).rejects.toMatchObject({ code: 'not_a_member' });
    await ada.say(room, 1, 'after');
    await ada.say(other, 1, 'elsewhere');
    await bo.client.until(() => (bo.client.texts.includes('elsewhere') ? true : undefined));
    expect(bo.client.texts).not.toContain('after');
  });

  it('[RM12] is told to Bo’s other sessions in the room, not to the one that asked', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    const tab = await world.enter(bo.device);
    await tab.join(room);
    await bo.client.ask('leave', { room });
    expect(await tab.event('removed')).toMatchObject({ room });
    await settle();
    expect([bo, ada].map(({ client }) => client.all('removed').length)).toEqual([0, 0]);
    await ada.say(room, 1, 'after');
    await settle();
    expect(tab.texts).not.toContain('after');
    await expect(tab.join(room)).rejects.toMatchObject({ code: 'not_a_member' });
  });

  it('[RM9] when the only admin leaves, whoever was there longest becomes one, and no other', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo, cy);
    expect(await cy.members(room, [ada, bo, cy])).toEqual(['Ada*', 'Bo', 'Cy']);
    await ada.client.ask('leave', { room });
    expect(await cy.members(room, [ada, bo, cy])).toEqual(['Bo*', 'Cy']);
    await bo.welcome(room, 1, ada);
    await bo.client.ask('retire', {});
    expect(await cy.members(room, [ada, bo, cy])).toEqual(['Cy*', 'Ada']);
  });

  it('[RM9] when one of two admins leaves, nobody becomes one', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo, cy);
    await ada.commit(room, 1, { admins: [ada.identity, cy.identity] });
    await ada.client.ask('leave', { room });
    expect(await cy.members(room, [ada, bo, cy])).toEqual(['Bo', 'Cy*']);
  });

  it('[RM9] who retires is out of the room, and out of sight at once', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await put(bo, room);
    await bo.client.ask('retire', {});
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*']);
    expect(await kept(ada, room)).toEqual([]);
    const found = await ada.client.ask('people', { room, search: '', after: null, limit: 9 });
    expect(found.people.map(({ nickname }) => nickname)).toEqual(['Ada']);
  });

  it('[RM9] the last one leaves an empty room that nobody can enter', async () => {
    const world = new World(roomy);
    const [ada] = await people(world, 'Ada');
    const room = await roomOf(ada);
    await ada.client.ask('leave', { room });
    await expect(ada.client.join(room)).rejects.toMatchObject({ code: 'not_a_member' });
    await expect(ada.client.ask('create_room', { room })).rejects.toMatchObject({ code: 'bad_request' });
    expect(await world.storage.privateRooms.members(room)).toEqual([]);
  });

  it('[RM9] a register that Bo sends while he is being removed is not kept', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    const removing = ada.commit(room, 1, { remove: [bo.identity] });
    const late = put(bo, room).catch((error: unknown) => error);
    await removing;
    expect(await late).toMatchObject({ code: 'not_a_member' });
    expect(await kept(ada, room)).toEqual([]);
  });
});
