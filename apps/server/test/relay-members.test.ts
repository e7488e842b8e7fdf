import { type Epoch, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { settle } from './support/clock.ts';
import { people, roomOf } from './support/room.ts';
import { roomy, World } from './support/world.ts';

describe('a removal', () => {
  it('[RM7] [RM9] tells Bo the commit, then that he is out, and nothing after it', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await bo.client.ask('register', { room, kind: 0, frame: utf8('x') });
    await ada.commit(room, 1, { remove: [bo.identity], frame: utf8('out') });
    await ada.say(room, 2, 'after');
    await ada.client.ask('signal', { room, frame: utf8('typing') });
    expect(await bo.client.event('removed')).toMatchObject({ room });
    await ada.client.until(() => (ada.client.texts.includes('after') ? true : undefined));
    await settle();
    expect(bo.client.texts).toContain('out');
    const told = bo.client.events.map(({ type }) => type);
    expect(told.indexOf('removed')).toBe(told.lastIndexOf('entries') + 1);
    expect(bo.client.texts).not.toContain('after');
    expect(bo.client.all('signals')).toEqual([]);
    expect((await ada.client.ask('registers', { room, kind: 0, after: null })).registers).toEqual([]);
    expect(ada.client.all('removed')).toEqual([]);
  });

  it('[RM7] [OP3] leaves Bo no way to read, write, watch or come back', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await ada.commit(room, 1, { remove: [bo.identity] });
    const refused = (asking: Promise<unknown>) =>
      expect(asking).rejects.toMatchObject({ code: 'not_a_member' });
    await refused(bo.read(room));
    await refused(bo.say(room, 2, 'x'));
    await refused(bo.commit(room, 2));
    await refused(bo.client.ask('members', { room }));
    await refused(bo.client.ask('knocks', { room, after: null }));
    await refused(bo.client.ask('deliver', { room, device: ada.device.id, frame: utf8('x') }));
    await refused(bo.client.join(room));
    expect((await bo.client.ask('ping', {})).rooms).toEqual([]);
    const back = await world.connect().auth(bo.device);
    expect(back.rooms).toEqual([]);
    await expect(
      ada.client.ask('deliver', { room, device: bo.device.id, frame: utf8('x') }),
    ).rejects.toMatchObject({ code: 'no_such_device' });
  });

  it('[RM12] is told to every session of Bo’s that was in the room, and to nobody else', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo, cy);
    const tab = await world.enter(bo.device);
    await tab.join(room);
    await ada.commit(room, 1, { remove: [bo.identity] });
    for (const client of [bo.client, tab]) expect(await client.event('removed')).toMatchObject({ room });
    await settle();
    expect([ada, cy].map(({ client }) => client.all('removed').length)).toEqual([0, 0]);
  });

  it('[LG16] lets nothing of Bo’s slip in behind it, whatever was under way', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    const removing = ada.commit(room, 1, { remove: [bo.identity] });
    const late = await Promise.allSettled([
      bo.say(room, 2, 'message'),
      bo.client.append('handshake', { room, kind: 'handshake', epoch: 2 as Epoch }),
      bo.commit(room, 2, { remove: [ada.identity] }),
    ]);
    await removing;
    for (const one of late) expect(one).toMatchObject({ reason: { code: 'not_a_member' } });
    expect((await ada.read(room)).head).toMatchObject({ seq: 2, epoch: 2 });
  });

  it('[RM7] is an admin’s: refused to Bo, who removes neither Cy nor Ada, and changes nothing', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo, cy);
    for (const other of [ada, cy])
      await expect(bo.commit(room, 1, { remove: [other.identity] })).rejects.toMatchObject({
        code: 'not_allowed',
      });
    expect(await bo.members(room, [ada, bo, cy])).toEqual(['Ada*', 'Bo', 'Cy']);
    expect((await bo.read(room)).head).toMatchObject({ seq: 1, epoch: 1 });
  });

  it('[RM7] is not of oneself, be it an admin', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    for (const one of [ada, bo])
      await expect(one.commit(room, 1, { remove: [one.identity] })).rejects.toMatchObject({
        code: 'not_allowed',
      });
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*', 'Bo']);
  });

  it('[RM7] may name who has left, by anybody; a stranger who is named is told nothing', async () => {
    const world = new World(roomy);
    const [ada, bo, cy, eve] = await people(world, 'Ada', 'Bo', 'Cy', 'Eve');
    const room = await roomOf(ada, bo, cy);
    await cy.client.ask('leave', { room });
    await bo.commit(room, 1, { remove: [cy.identity, eve.identity] });
    expect(await bo.members(room, [ada, bo, cy])).toEqual(['Ada*', 'Bo']);
    await settle();
    expect([cy, eve].map(({ client }) => client.all('removed'))).toEqual([[], []]);
  });

  it('[RM7] of Bo leaves his other rooms alone', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    const other = await roomOf(ada, bo);
    await ada.commit(room, 1, { remove: [bo.identity] });
    await bo.say(other, 1, 'still here');
  });

  it('[RM6] [RM7] may be undone: Bo is let in again, and stands behind Cy now', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo, cy);
    await ada.commit(room, 1, { remove: [bo.identity] });
    await ada.welcome(room, 2, bo);
    await bo.client.join(room);
    expect(await bo.members(room, [ada, bo, cy])).toEqual(['Ada*', 'Cy', 'Bo']);
    await bo.say(room, 3, 'back');
  });
});

describe('admins', () => {
  it('[RM8] [OP30] are replaced by an admin, and then remove others, whoever came with the same commit among them', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo);
    const welcomes = [{ device: cy.device.id, frame: utf8('w') }];
    await ada.commit(room, 1, { welcomes, admins: [bo.identity, cy.identity] });
    expect(await ada.members(room, [ada, bo, cy])).toEqual(['Ada', 'Bo*', 'Cy*']);
    await expect(ada.commit(room, 2, { remove: [bo.identity] })).rejects.toMatchObject({
      code: 'not_allowed',
    });
    await cy.client.join(room);
    await cy.commit(room, 2, { remove: [ada.identity] });
    expect(await cy.members(room, [ada, bo, cy])).toEqual(['Bo*', 'Cy*']);
  });

  it('[RM8] are set by nobody else', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await expect(bo.commit(room, 1, { admins: [bo.identity] })).rejects.toMatchObject({
      code: 'not_allowed',
    });
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*', 'Bo']);
  });

  it('[RM8] are at least one, and all of them members after the commit', async () => {
    const world = new World(roomy);
    const [ada, bo, eve] = await people(world, 'Ada', 'Bo', 'Eve');
    const room = await roomOf(ada, bo);
    const refused = (asking: Promise<unknown>) =>
      expect(asking).rejects.toMatchObject({ code: 'bad_request' });
    await refused(ada.commit(room, 1, { admins: [] }));
    await refused(ada.commit(room, 1, { admins: [ada.identity, eve.identity] }));
    await refused(ada.commit(room, 1, { admins: [bo.identity], remove: [bo.identity] }));
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*', 'Bo']);
    expect((await ada.read(room)).head).toMatchObject({ seq: 1, epoch: 1 });
  });

  it('[RM9] are more than none when the ones that there were are removed by another', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo, cy);
    await ada.commit(room, 1, { admins: [ada.identity, bo.identity] });
    await bo.commit(room, 2, { remove: [ada.identity] });
    expect(await cy.members(room, [ada, bo, cy])).toEqual(['Bo*', 'Cy']);
    await bo.client.ask('leave', { room });
    expect(await cy.members(room, [ada, bo, cy])).toEqual(['Cy*']);
  });
});
