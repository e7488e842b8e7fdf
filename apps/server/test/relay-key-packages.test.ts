import { type Bytes, closeCodes, type IdentityId, limits, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { Device } from './support/keys.ts';
import { people, Someone } from './support/room.ts';
import { roomy, World } from './support/world.ts';

const STRANGER = new Device('Nobody').identityId;

const publish = ({ client }: Someone, packages: string[], lastResort: string | null = null) =>
  client.ask('publish_key_packages', {
    packages: packages.map(utf8),
    lastResort: lastResort === null ? null : utf8(lastResort),
  });

/** What is taken of others, as `device: package`. */
async function take({ client }: Someone, ...others: Someone[]) {
  const { packages } = await client.ask('key_packages', { identities: others.map((one) => one.identity) });
  return packages.map((one) => new TextDecoder().decode(one.package));
}

describe('key packages', () => {
  it('[KP2] [OP31] [OP32] are given out once each, the oldest first, to whoever asks', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    expect(await publish(ada, ['one', 'two'])).toEqual({ waiting: 2 });
    expect(await publish(ada, ['three'])).toEqual({ waiting: 3 });
    const first = await bo.client.ask('key_packages', { identities: [ada.identity] });
    expect(first).toEqual({
      packages: [{ identity: ada.identity, device: ada.device.id, package: utf8('one') }],
      gone: [],
    });
    expect(await take(cy, ada)).toEqual(['two']);
    expect(await take(bo, ada)).toEqual(['three']);
    expect(await take(bo, ada)).toEqual([]);
    expect(await publish(ada, [])).toEqual({ waiting: 0 });
  });

  it('[KP3] asked for by two at once are two different ones', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    await publish(ada, ['one', 'two'], 'last');
    const taken = await Promise.all([take(bo, ada), take(cy, ada)]);
    expect(taken.flat().sort()).toEqual(['one', 'two']);
  });

  it('[KP1] [KP2] the last resort is given out when there is no other, and stays; a new one replaces it', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    expect(await publish(ada, ['one'], 'last')).toEqual({ waiting: 1 });
    expect([await take(bo, ada), await take(bo, ada), await take(bo, ada)]).toEqual([
      ['one'],
      ['last'],
      ['last'],
    ]);
    await publish(ada, [], 'new last');
    expect(await take(bo, ada)).toEqual(['new last']);
    await publish(ada, ['two']);
    expect([await take(bo, ada), await take(bo, ada)]).toEqual([['two'], ['new last']]);
  });

  it('[KP1] beyond thirty-two of a device the oldest go, and never the last resort', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    await publish(ada, ['oldest', 'old'], 'last');
    const more = Array.from({ length: limits.keyPackages - 1 }, (_, n) => `new ${n}`);
    expect(await publish(ada, more)).toEqual({ waiting: limits.keyPackages });
    expect(await take(bo, ada)).toEqual(['old']);
    for (const one of more.slice(0, 20)) expect(await take(bo, ada)).toEqual([one]);
    expect(await publish(ada, [], null)).toEqual({ waiting: limits.keyPackages - 21 });
  });

  it('[KP2] [OP32] come one of each device of each of these people; devices without any are left out', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    const laptop = await Someone.enter(world, new Device('Ada', ada.device.identity));
    await Someone.enter(world, new Device('Ada', ada.device.identity));
    await publish(ada, ['phone 1', 'phone 2']);
    await publish(laptop, [], 'laptop');
    await publish(bo, ['bo']);
    const asked = await cy.client.ask('key_packages', {
      identities: [ada.identity, bo.identity, cy.identity],
    });
    expect(asked.gone).toEqual([]);
    const found = asked.packages.map(({ identity, device }) => [identity, device]);
    expect(found.sort()).toEqual([ada, laptop, bo].map((one) => [one.identity, one.device.id]).sort());
    expect(await take(cy, ada)).toEqual(['phone 2', 'laptop']);
  });

  it('[KP2] named twice in one request gives out one', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    await publish(ada, ['one', 'two']);
    expect(await take(bo, ada, ada)).toEqual(['one']);
    expect(await take(bo, ada)).toEqual(['two']);
  });

  it('[OP31] are of the device that publishes them, and of no other', async () => {
    const world = new World(roomy);
    const [ada, eve] = await people(world, 'Ada', 'Eve');
    await publish(ada, ['ada']);
    await publish(eve, ['eve'], 'eve’s last');
    expect(await take(eve, ada)).toEqual(['ada']);
    expect(await take(eve, ada)).toEqual([]);
  });

  it('[KP2] [KP4] end with their identity: who has signed out or never was is told as gone, and others are not', async () => {
    const world = new World(roomy);
    const [ada, bo, cy] = await people(world, 'Ada', 'Bo', 'Cy');
    await publish(ada, ['one'], 'last');
    await publish(bo, ['bo']);
    await ada.client.ask('retire', {});
    const asked = await cy.client.ask('key_packages', {
      identities: [ada.identity, bo.identity, STRANGER, cy.identity],
    });
    expect(asked.gone).toEqual([ada.identity, STRANGER]);
    expect(asked.packages.map((one) => one.identity)).toEqual([bo.identity]);
    const back = await Someone.enter(world, ada.device);
    expect(await take(cy, back)).toEqual([]);
  });

  it('[KP2] of somebody with very many devices come as many as one commit can welcome, and none of the rest is lost', async () => {
    const world = new World({ ...roomy, sessionsPerDevice: 5 });
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const devices = Array.from({ length: limits.welcomes }, () => new Device('Ada', ada.device.identity));
    await publish(ada, ['x']);
    for (const device of devices) await publish(await Someone.enter(world, device), ['x']);
    expect((await take(bo, ada)).length).toBe(limits.welcomes);
    expect((await take(bo, ada)).length).toBe(1);
  });

  it('[LM2] thirty requests at once are the most, then one in two seconds', async () => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    for (let n = 0; n < 30; n += 1) await take(bo, ada);
    await expect(take(bo, ada)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 2000 });
    await publish(ada, ['one']);
    await world.clock.advance(2000);
    expect(await take(bo, ada)).toEqual(['one']);
  });

  const tooLarge: Bytes = new Uint8Array(limits.keyPackage + 1);
  it.each([
    ['an empty one', [new Uint8Array(0)], null],
    ['one that is too large', [tooLarge], null],
    ['a last resort that is too large', [], tooLarge],
    ['thirty-three', Array<Bytes>(limits.keyPackages + 1).fill(utf8('x')), null],
  ])('[LM1] [CD5] %s are no request', async (_what, packages, lastResort) => {
    const world = new World(roomy);
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    ada.client.post('publish_key_packages', { packages, lastResort });
    expect(await ada.client.end()).toBe(closeCodes.protocol_violation);
    expect(await take(bo, ada)).toEqual([]);
  });

  it('[LM1] [CD5] of seventeen people at once are no request', async () => {
    const world = new World(roomy);
    const [ada] = await people(world, 'Ada');
    ada.client.post('key_packages', { identities: Array<IdentityId>(limits.identities + 1).fill(STRANGER) });
    expect(await ada.client.end()).toBe(closeCodes.protocol_violation);
  });
});
