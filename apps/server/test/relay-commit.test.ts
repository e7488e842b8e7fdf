import { closeCodes, type Epoch, LOUNGE, limits, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { claimOf } from './support/claim.ts';
import { Device, newMessageId } from './support/keys.ts';
import { commitOf, FRAME, mailOf, people, roomOf, Someone, welcomesOf } from './support/room.ts';
import { roomy, World } from './support/world.ts';

describe('a commit', () => {
  it('[RM5] [RM6] [OP28] moves the epoch, lets Bo in, and puts a welcome into his mailbox and before him', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada);
    const welcomes = [{ device: bo.device.id, frame: utf8('welcome') }];
    expect(await ada.commit(room, 1, { welcomes })).toMatchObject({ seq: 2, duplicate: false });
    expect((await ada.read(room)).head).toMatchObject({ seq: 2, epoch: 2 });
    const { delivery } = await bo.client.event('delivery');
    expect(delivery).toMatchObject({ room, sender: ada.device.id, frame: utf8('welcome') });
    expect(await mailOf(bo)).toEqual([delivery]);
    await bo.client.join(room);
    expect((await bo.read(room)).entries).toMatchObject([
      { seq: 1, kind: 'commit', epoch: 0 },
      { seq: 2, kind: 'commit', epoch: 1, sender: ada.device.id },
    ]);
  });

  it('[RM5] is told to those in the room, as any entry', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    await ada.commit(room, 1, { frame: utf8('next') });
    await bo.client.until(() => (bo.client.texts.includes('next') ? true : undefined));
  });

  it('[RM5] [LG8] of two that race one is taken, and nothing of the other: no member, no welcome, no admin', async () => {
    const world = new World(roomy);
    const [ada, bo, cy, di] = await people(world, 'Ada', 'Bo', 'Cy', 'Di');
    const room = await roomOf(ada, bo);
    const tab = new Someone(ada.device, await world.enter(ada.device));
    await tab.client.join(room);
    const [first, second] = await Promise.allSettled([
      bo.welcome(room, 1, cy),
      tab.commit(room, 1, {
        welcomes: welcomesOf(di),
        remove: [bo.identity],
        admins: [ada.identity, di.identity],
      }),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { seq: 2 } });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'stale_epoch' } });
    expect(await ada.members(room, [ada, bo, cy, di])).toEqual(['Ada*', 'Bo', 'Cy']);
    expect((await ada.read(room)).head).toMatchObject({ seq: 2, epoch: 2 });
    expect([await mailOf(cy), await mailOf(di)]).toMatchObject([[{ room }], []]);
    await bo.say(room, 2, 'still here');
    await expect(di.client.join(room)).rejects.toMatchObject({ code: 'not_a_member' });
  });

  it('[RM5] [LG4] sent again is a duplicate that changes nothing more, also when it says something else beside', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada);
    const request = commitOf(room, 1, { welcomes: welcomesOf(bo) });
    const first = await ada.client.ask('commit', request);
    await bo.client.join(room);
    await bo.client.ask('leave', { room });
    const again = { ...first, duplicate: true };
    expect(await ada.client.ask('commit', request)).toEqual(again);
    expect(await ada.client.ask('commit', { ...request, welcomes: welcomesOf(cy) })).toEqual(again);
    expect(await ada.members(room, [ada, bo, cy])).toEqual(['Ada*']);
    expect([(await mailOf(bo)).length, (await mailOf(cy)).length]).toEqual([1, 0]);
    expect((await ada.read(room)).head).toMatchObject({ seq: 2, epoch: 2 });
  });

  it('[RM5] [LG5] does not take an id that stands for another frame', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada);
    const id = newMessageId();
    await ada.commit(room, 1, { id });
    await expect(
      ada.commit(room, 2, { id, frame: utf8('other'), welcomes: welcomesOf(bo) }),
    ).rejects.toMatchObject({ code: 'id_reused' });
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*']);
  });

  it('[RM6] withdraws the knock of a device that it lets in, and no other', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada);
    for (const one of [bo, cy]) await one.client.ask('knock', { room, frame: FRAME });
    await ada.welcome(room, 1, bo);
    const { knocks } = await ada.client.ask('knocks', { room, after: null });
    expect(knocks.map(({ device }) => device)).toEqual([cy.device.id]);
  });

  it('[RM6] lets Bo in once, however many devices he has, each with a welcome of its own', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const laptop = await Someone.enter(world, new Device('Bo', bo.device.identity));
    const room = await roomOf(ada, bo, laptop);
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*', 'Bo']);
    expect([(await mailOf(bo)).length, (await mailOf(laptop)).length]).toEqual([1, 1]);
  });

  it('[RM6] with a device that nobody has, or that has signed out, changes nothing', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada);
    await cy.client.join(LOUNGE);
    await cy.client.append('her credential stays');
    await cy.client.ask('retire', {});
    for (const device of [new Device('Nobody').id, cy.device.id]) {
      const welcomes = [...welcomesOf(bo), { device, frame: FRAME }];
      await expect(ada.commit(room, 1, { welcomes })).rejects.toMatchObject({ code: 'no_such_device' });
    }
    expect(await ada.members(room, [ada, bo])).toEqual(['Ada*']);
    expect(await mailOf(bo)).toEqual([]);
    expect((await ada.read(room)).head).toMatchObject({ seq: 1, epoch: 1 });
  });

  it('[RM6] [KY10] with a mailbox that is full changes nothing', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada);
    const welcomes = [
      ...welcomesOf(cy),
      ...Array.from({ length: limits.mailboxOfSender + 1 }, () => ({ device: bo.device.id, frame: FRAME })),
    ];
    await expect(ada.commit(room, 1, { welcomes })).rejects.toMatchObject({
      code: 'mailbox_full',
      retryAfter: 30_000,
    });
    expect([await mailOf(bo), await mailOf(cy)]).toEqual([[], []]);
    expect(await ada.members(room, [ada, bo, cy])).toEqual(['Ada*']);
    await ada.commit(room, 1, { welcomes: welcomes.slice(0, -1) });
    expect(await ada.members(room, [ada, bo, cy])).toEqual(['Ada*', 'Cy', 'Bo']);
  });

  it('[LM2] thirty at once are the most, then one in two seconds', async () => {
    const world = new World(roomy);
    const [ada] = await people(world, 'Ada');
    const room = await roomOf(ada);
    for (let epoch = 1; epoch < 30; epoch += 1) await ada.commit(room, epoch);
    await expect(ada.commit(room, 30)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 2000 });
    await world.clock.advance(2000);
    await ada.commit(room, 30);
  });

  it.each([
    ['an empty frame', { frame: new Uint8Array(0) }],
    ['too large a frame', { frame: new Uint8Array(limits.frame + 1) }],
    ['an empty welcome', { welcomes: [{ device: new Device('Bo').id, frame: new Uint8Array(0) }] }],
    ['too many welcomes', { welcomes: Array.from({ length: limits.welcomes + 1 }, () => welcomeOfNobody()) }],
    ['too many removals', { remove: Array(limits.removals + 1).fill(new Device('Bo').identityId) }],
    ['too many admins', { admins: Array(limits.admins + 1).fill(new Device('Bo').identityId) }],
    ['an epoch below 0', { epoch: -1 as Epoch }],
  ])('[LM1] [CD5] with %s is no request, and ends the session', async (_what, more) => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    ada.client.post('commit', commitOf(room, 1, more));
    expect(await ada.client.end()).toBe(closeCodes.protocol_violation);
    expect((await bo.read(room)).head).toMatchObject({ seq: 1 });
  });
});

describe('a full room', () => {
  async function full() {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const room = await roomOf(ada, bo);
    const crowd = Array.from({ length: limits.members - 2 }, (_, n) => new Device(`Guest ${n}`));
    for (const one of crowd) await world.storage.directory.claim(claimOf(one));
    let epoch = 1;
    for (let from = 0; from < crowd.length; from += limits.welcomes) {
      const some = crowd.slice(from, from + limits.welcomes);
      const welcomes = some.map(({ id }) => ({ device: id, frame: FRAME }));
      await ada.commit(room, epoch, { welcomes });
      epoch += 1;
    }
    const size = async () => (await world.storage.privateRooms.members(room)).length;
    return { world, ada, bo, cy, room, epoch, size };
  }

  it('[RM6] of 256 takes nobody more, but a new device of who is in it, and another in place of who is removed', async () => {
    const { world, ada, bo, cy, room, epoch, size } = await full();
    expect(await size()).toBe(limits.members);
    await expect(ada.welcome(room, epoch, cy)).rejects.toMatchObject({ code: 'room_full' });
    expect((await ada.read(room)).head).toMatchObject({ epoch });
    expect(await mailOf(cy)).toEqual([]);
    const laptop = await Someone.enter(world, new Device('Bo', bo.device.identity));
    await ada.welcome(room, epoch, laptop);
    await ada.commit(room, epoch + 1, { welcomes: welcomesOf(cy), remove: [bo.identity] });
    expect(await size()).toBe(limits.members);
    await cy.client.join(room);
  });

  it('[RM6] takes nobody more for one removal named twice, or of who comes back with it', async () => {
    const { world, ada, bo, cy, room, epoch, size } = await full();
    const [di] = await people(world, 'Di');
    const twice = { welcomes: welcomesOf(cy, di), remove: [bo.identity, bo.identity] };
    await expect(ada.commit(room, epoch, twice)).rejects.toMatchObject({ code: 'room_full' });
    const back = { welcomes: welcomesOf(bo, cy), remove: [bo.identity] };
    await expect(ada.commit(room, epoch, back)).rejects.toMatchObject({ code: 'room_full' });
    expect(await size()).toBe(limits.members);
  });
});

function welcomeOfNobody() {
  return { device: new Device('Nobody').id, frame: FRAME };
}
