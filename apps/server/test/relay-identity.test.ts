import { credentialBytes, deviceBytes, LOUNGE } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { settle } from './support/clock.ts';
import { Device, randomBytes, SigningKey } from './support/keys.ts';
import { ORIGIN, World } from './support/world.ts';

describe('identity and opening', () => {
  it('[ID5] the relay speaks first, with a nonce for each socket', async () => {
    const world = new World();
    const hellos = await Promise.all([world.connect().event('hello'), world.connect().event('hello')]);
    expect(hellos[0]).toMatchObject({ version: 1, serverId: world.storage.serverId });
    expect(hellos[0]?.nonce).not.toEqual(hellos[1]?.nonce);
  });

  it('[OP4] Ada signs in and is told who she is and where her rooms stand', async () => {
    const world = new World();
    const device = new Device('Ada');
    const ada = world.connect();
    expect(await ada.auth(device)).toMatchObject({
      device: device.id,
      identity: device.identityId,
      rooms: [],
    });
    await ada.join();
    await ada.append('x');
    const again = await world.connect().auth(device);
    expect(again.rooms).toMatchObject([{ room: LOUNGE, seq: 1, epoch: 0 }]);
  });

  it('[ID4] [ID15] a proof for another origin, relay, nonce or device ends the socket', async () => {
    const world = new World();
    const device = new Device('Ada');
    const wrongs = [
      { origin: 'https://evil.example' },
      { serverId: randomBytes(32) },
      { nonce: randomBytes(32) },
    ];
    for (const wrong of wrongs) {
      const client = world.connect();
      const { serverId, nonce } = await client.event('hello');
      const signature = device.prove({ origin: ORIGIN, serverId, nonce, ...wrong });
      const { credential } = device;
      await expect(client.ask('auth', { credential, signature })).rejects.toMatchObject({
        code: 'auth_failed',
      });
      expect(await client.end()).toBe(4002);
    }
  });

  it.each([
    ['[ID2] identity', (device: Device) => ({ ...device.credential, signature: randomBytes(64) })],
    ['[ID19] device', (device: Device) => ({ ...device.credential, deviceSignature: randomBytes(64) })],
    ['X-Wing key', (device: Device) => ({ ...device.credential, hpkePub: randomBytes(1216) })],
    ['identity key', (device: Device) => ({ ...device.credential, identityPub: new SigningKey().publicKey })],
  ])('%s: a credential that its signatures do not cover is refused', async (_what, forge) => {
    const world = new World();
    const device = new Device('Ada');
    const client = world.connect();
    await expect(client.auth(device, forge(device))).rejects.toMatchObject({ code: 'auth_failed' });
    expect(await client.end()).toBe(4002);
    await expect(world.connect().auth(new Device('Ada'))).resolves.toBeDefined();
  });

  it('a forged credential is refused also for a device that the relay knows', async () => {
    const world = new World();
    const device = new Device('Ada');
    await world.enter(device);
    const forged = { ...device.credential, hpkePub: randomBytes(1216) };
    await expect(world.connect().auth(device, forged)).rejects.toMatchObject({ code: 'auth_failed' });
  });

  it('[ID6] a session cannot be opened twice, and before it is open nothing else is answered [ID18]', async () => {
    const world = new World();
    const device = new Device('Ada');
    const ada = world.connect();
    await expect(ada.join()).rejects.toMatchObject({ code: 'unauthenticated' });
    await ada.auth(device);
    await expect(ada.auth(device)).rejects.toMatchObject({ code: 'bad_request' });
    await ada.join();
  });

  it('[ID7] [ID9] a nickname that is not normal, or that nobody can have, is refused in words', async () => {
    const world = new World();
    const raw = new Device('Ada', new SigningKey());
    for (const nickname of ['Ａda', ' Ada', 'A\u202eda', '']) {
      const client = world.connect();
      await expect(client.auth(raw, raw.renamed(nickname))).rejects.toMatchObject({
        code: 'nickname_invalid',
      });
    }
  });

  it('[ID10] [ID11] [ID16] Bo cannot be Ada, not even while she is away; the suggestion is free', async () => {
    const world = new World();
    const ada = await world.enter('Ada');
    ada.line?.close();
    for (const nickname of ['Ada', 'ADA', 'Аda', 'ada']) {
      const device = new Device(nickname);
      const client = world.connect();
      const refusal = await client.auth(device).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'nickname_taken', suggestion: expect.stringMatching(/ 2$/) });
      expect(refusal).toMatchObject({ message: expect.stringContaining('is free') });
      expect(client.closed).toBeUndefined();
    }
    const bo = new Device('Ada', new SigningKey());
    const client = world.connect();
    await expect(client.auth(bo)).rejects.toMatchObject({ code: 'nickname_taken' });
    await client.auth(bo, bo.renamed('Ada 2'));
  });

  it('[ID12] Ada cannot go by two nicknames, but by another once she has retired', async () => {
    const world = new World();
    const device = new Device('Ada');
    const ada = await world.enter(device);
    const renamed = device.renamed('Lovelace');
    await expect(world.connect().auth(device, renamed)).rejects.toMatchObject({
      code: 'identity_has_nickname',
    });
    await ada.ask('retire', {});
    await world.connect().auth(device, renamed);
    await world.enter('Ada');
  });

  it('[ID20] Bo’s identity cannot take over Ada’s device', async () => {
    const world = new World();
    const device = new Device('Ada');
    await world.enter(device);
    const bo = new SigningKey();
    const claims = { ...device.credential, nickname: 'Bo', identityPub: bo.publicKey };
    const stolen = {
      ...claims,
      signature: bo.sign(credentialBytes(claims)),
      deviceSignature: device.key.sign(deviceBytes(claims)),
    };
    await expect(world.connect().auth(device, stolen)).rejects.toMatchObject({ code: 'auth_failed' });
  });

  it('[ID13] an unused nickname is free after 30 days, but not one whose owner spoke or is here', async () => {
    const world = new World();
    const ada = await world.enter('Ada');
    ada.line?.close();
    const bo = await world.join('Bo');
    await bo.append('x');
    bo.line?.close();
    const cy = await world.enter('Cy');
    await world.clock.advance(31 * 24 * 3_600_000);
    await settle();
    await world.enter('Ada');
    await expect(world.enter('Bo')).rejects.toMatchObject({ code: 'nickname_taken' });
    await expect(world.enter('Cy')).rejects.toMatchObject({ code: 'nickname_taken' });
    expect(cy.closed).toBeUndefined();
  }, 60_000);

  it('[ID17] who does not sign in within 5 s is sent away; who does is not', async () => {
    const world = new World();
    const idle = world.connect();
    await world.clock.advance(2000);
    const ada = await world.enter('Ada');
    await world.clock.advance(2999);
    expect(idle.closed).toBeUndefined();
    await world.clock.advance(1);
    expect(idle.closed).toBe(4101);
    await world.clock.advance(10_000);
    expect(ada.closed).toBeUndefined();
  });

  it('[OP25] Ada retires: all her sessions end, she has left at once, her words remain', async () => {
    const world = new World();
    const device = new Device('Ada');
    const ada = await world.join(device);
    const tab = await world.join(device);
    const bo = await world.join('Bo');
    await ada.append('remember');
    await world.clock.advance(1000);
    await ada.ask('retire', {});
    expect(await ada.end()).toBe(4003);
    expect(await tab.end()).toBe(4003);
    await world.clock.advance(1000);
    expect(bo.all('presence').at(-1)?.left).toMatchObject([{ nickname: 'Ada' }]);
    const { credentials } = await bo.ask('credentials', { devices: [device.id] });
    expect(credentials).toEqual([device.credential]);
    await world.enter('Ada');
  });

  it('[OP25] a session of Ada’s that was being opened while she retired is not opened', async () => {
    const storage = memoryStorage();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = false;
    const slow = { ...storage, members: { ...storage.members } };
    const device = new Device('Ada');
    const world = new World({}, slow);
    const ada = await world.join(device);
    slow.members.rooms = async (identity) => {
      asked = true;
      await held;
      return storage.members.rooms(identity);
    };
    const late = world.connect();
    const signingIn = late.auth(device);
    while (!asked) await settle();
    await ada.ask('retire', {});
    release();
    await expect(signingIn).rejects.toMatchObject({ code: 'auth_failed' });
    expect(await late.end()).toBe(4002);
    expect(await storage.directory.find([device.id])).toEqual([]);
  });

  it('[ID14] Ada’s device that has spoken cannot come back with another X-Wing key', async () => {
    const world = new World();
    const device = new Device('Ada');
    const ada = await world.join(device);
    await ada.append('remember');
    const claims = { ...device.credential, hpkePub: randomBytes(1216) };
    const rekeyed = {
      ...claims,
      signature: device.identity.sign(credentialBytes(claims)),
      deviceSignature: device.key.sign(deviceBytes(claims)),
    };
    await expect(world.connect().auth(device, rekeyed)).rejects.toMatchObject({ code: 'auth_failed' });
    await world.enter(device);
  });

  it('[OP18] credentials that are not there are left out', async () => {
    const world = new World();
    const device = new Device('Ada');
    const ada = await world.enter(device);
    const asked = { devices: [new Device('Bo').id, device.id, device.id] };
    expect((await ada.ask('credentials', asked)).credentials).toEqual([device.credential]);
  });
});
