import { type Epoch, LOUNGE, limits, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { defaultSettings, type Rate } from '../src/core/settings.ts';
import { StorageError } from '../src/ports/storage-error.ts';
import { settle } from './support/clock.ts';
import { Device, newMessageId, randomBytes } from './support/keys.ts';
import { World } from './support/world.ts';

describe('limits', () => {
  it('[LM2] sixty messages at once, then one a second, for all of Ada’s tabs together', async () => {
    const world = new World();
    const device = new Device('Ada');
    const ada = await world.join(device);
    const tab = await world.join(device);
    for (let n = 0; n < 60; n += 1) await (n % 2 === 0 ? ada : tab).append(String(n));
    await expect(tab.append('too much')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1000 });
    await world.clock.advance(1000);
    await ada.append('again');
    await expect(ada.append('and again')).rejects.toMatchObject({ code: 'rate_limited' });
    ada.line?.close();
    const back = await world.join(device);
    await expect(back.append('reconnecting buys nothing')).rejects.toMatchObject({ code: 'rate_limited' });
    await (await world.join('Bo')).append('others hardly notice');
  });

  describe('[LM2] bytes that are to be kept', () => {
    const KIB = 1024;
    const large = 'x'.repeat(100 * KIB);
    const few = { burst: 320 * KIB, perSecond: 10 * KIB };
    const many = { burst: 1e9, perSecond: 1e9 };
    const worldOf = (bytes: Rate, bytesOfAddress: Rate) =>
      new World({ rates: { ...defaultSettings.rates, bytes, bytesOfAddress } });

    it('of a device are bounded, over all its sessions and kinds; what is refused costs none, and reading goes on', async () => {
      const world = worldOf(few, many);
      const device = new Device('Ada');
      const [ada, tab] = [await world.join(device), await world.join(device)];
      await ada.append(large);
      await tab.append(large, { kind: 'handshake' });
      await ada.append(large);
      const refused = await tab.append(large).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'rate_limited' });
      const { retryAfter } = refused as { retryAfter: number };
      expect(retryAfter).toBeGreaterThan(7900);
      expect(retryAfter).toBeLessThan(9000);
      const delivery = { room: LOUNGE, device: device.id, frame: utf8('x'.repeat(60 * KIB)) };
      await expect(ada.ask('deliver', delivery)).rejects.toMatchObject({ code: 'rate_limited' });
      await ada.append('small');
      await ada.ask('ping', {});
      await world.clock.advance(retryAfter + 100);
      await tab.append(large);
      await (await world.join('Bo')).append(large);
    });

    it('of an address are bounded over its devices, and others’ are not', async () => {
      const world = worldOf(many, few);
      for (const name of ['Ada', 'Bo', 'Cy']) await (await world.join(name)).append(large);
      await expect((await world.join('Di')).append(large)).rejects.toMatchObject({ code: 'rate_limited' });
      await (await world.join('Ed', { address: '192.0.2.2' })).append(large);
    });

    it('suffice to let a room grow to 256 people in one go', () => {
      // Whoever comes in gets the tree in up to 24 pieces of 40 KiB (chat/src/core/room/group/mail.ts), more the more are in.
      const most = 24 * 40 * KIB;
      const trees = Array.from({ length: limits.members }, (_, n) => (n / limits.members) * most);
      expect(trees.reduce((sum, size) => sum + size, 0)).toBeLessThan(defaultSettings.rates.bytes.burst);
    });
  });

  it('[LM2] three signals at once, then one in three seconds', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const signal = () => ada.ask('signal', { room: LOUNGE, frame: utf8('t') });
    for (let n = 0; n < 3; n += 1) await signal();
    await expect(signal()).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 3000 });
    await world.clock.advance(3000);
    await signal();
  });

  it('[LM2] three commits at once, then one a minute; twenty handshakes, then one in two seconds', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    for (let n = 0; n < 3; n += 1) await ada.append('c', { kind: 'commit', epoch: n as Epoch });
    const commit = () => ada.append('c', { kind: 'commit', epoch: 3 as Epoch });
    await expect(commit()).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 60_000 });
    const handshake = () => ada.append('h', { kind: 'handshake', epoch: 3 as Epoch });
    for (let n = 0; n < 20; n += 1) await handshake();
    await expect(handshake()).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 2000 });
    await ada.append('messages go on', { epoch: 3 as Epoch });
    await world.clock.advance(60_000);
    await commit();
  });

  it('[LM2] ten searches at once, then two a second; the list itself is not counted with them', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    const people = (search: string) => ada.ask('people', { room: LOUNGE, search, after: null, limit: 9 });
    for (let n = 0; n < 10; n += 1) expect((await people('aDa')).count).toBe(1);
    await expect(people('ada')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 500 });
    await people('');
  });

  it('[LM2] sixty new devices of an address at once, then one in three seconds; who is known comes back', async () => {
    const world = new World({ socketsPerAddress: 1000 });
    const known = new Device('Ada');
    await world.enter(known);
    for (let n = 1; n < 60; n += 1) await world.enter(`Guest ${n + 100}`);
    const late = world.connect();
    const newcomer = new Device('Bo');
    await expect(late.auth(newcomer)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 3000 });
    await world.enter(known);
    await world.enter('Cy', { address: '192.0.2.2' });
    await world.clock.advance(3000);
    await late.auth(newcomer);
  });

  it('[LM2] other requests are bounded by session, and rejoining a room is no new membership', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    for (let n = 0; n < 100; n += 1) await ada.join();
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => ada.ask('ping', {})));
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10);
    await world.clock.advance(1000);
    await ada.ask('ping', {});
  });

  it('[LM7] who goes on asking too much is closed with 4000, and who waits is not', async () => {
    const world = new World();
    const [ada, eve] = [await world.join('Ada'), await world.join('Eve')];
    const signal = { room: LOUNGE, frame: utf8('t') };
    for (let n = 0; n < 3 + 200; n += 1) eve.post('signal', signal);
    await settle();
    expect(eve.closed).toBeUndefined();
    eve.post('signal', signal);
    expect(await eve.end()).toBe(4000);
    for (let n = 0; n < 300; n += 1) {
      ada.post('signal', signal);
      await world.clock.advance(1000);
    }
    expect(ada.all('error').length).toBeGreaterThan(150);
    expect(ada.closed).toBeUndefined();
  });

  it('[LM3] one socket too many of an address is closed; another address gets in', async () => {
    const world = new World({ socketsPerAddress: 2, sockets: 3 });
    const here = [world.connect(), world.connect(), world.connect()];
    expect(await here[2]?.end()).toBe(4102);
    expect(here[2]?.events).toEqual([]);
    const elsewhere = world.connect({ address: '192.0.2.2' });
    await elsewhere.event('hello');
    expect(await world.connect({ address: '192.0.2.3' }).end()).toBe(4102);
    here[0]?.line?.close();
    await world.connect().event('hello');
  });

  it('[LM3] a session that was ended counts until its connection is gone', async () => {
    const world = new World({ socketsPerAddress: 1, authTimeout: 100 });
    const lingering: (() => void)[] = [];
    const idle = world.connect({ linger: (go) => lingering.push(go) });
    await world.clock.advance(100);
    expect(idle.closed).toBe(4101);
    await settle();
    expect(await world.connect().end()).toBe(4102);
    for (const go of lingering) go();
    await world.connect().event('hello');
  });

  it('[LM4] the sixth session of a device ends its oldest', async () => {
    const world = new World();
    const device = new Device('Ada');
    const sessions = [];
    for (let n = 0; n < 6; n += 1) sessions.push(await world.join(device));
    expect(sessions.map(({ closed }) => closed)).toEqual([4004, ...Array(5).fill(undefined)]);
  });

  it('[LM5] who reads slowly gets no signals, but everything else; who reads no more is closed', async () => {
    const world = new World();
    let queued = 300 * 1024;
    const slow = await world.join('Slow', { buffered: () => queued });
    const ada = await world.join('Ada');
    await ada.ask('signal', { room: LOUNGE, frame: utf8('t') });
    await ada.append('words');
    await slow.until(() => slow.texts[0]);
    expect(slow.all('signals')).toEqual([]);
    queued = 1024 * 1024 + 1;
    await ada.append('more');
    expect(await slow.end()).toBe(4200);
    expect(ada.closed).toBeUndefined();
  });

  it('[TR9] [ER3] malformed bytes end that session with a reason, and no other', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    for (const bytes of [new Uint8Array(), utf8('{}'), randomBytes(1000), new Uint8Array([0xa0])]) {
      const eve = await world.join(new Device(`Eve ${bytes.length}`));
      eve.line?.send(bytes);
      expect(await eve.end()).toBe(4000);
    }
    await ada.append('unharmed');
  });

  it('a fault of the relay’s own ends one session with 4103, and the relay goes on', async () => {
    const storage = memoryStorage();
    const broken = {
      ...storage,
      members: {
        ...storage.members,
        add: async () => {
          throw new TypeError('a bug');
        },
      },
    };
    const world = new World({}, broken);
    const ada = await world.enter('Ada');
    ada.post('join', { room: LOUNGE });
    expect(await ada.end()).toBe(4103);
    expect(world.faults).toHaveLength(1);
    await world.enter('Bo');
  });

  it.each([
    ['full', 'disk_full'],
    ['failed', 'storage_failed'],
  ] as const)(
    '[LM6] when the disk is %s, Ada is told %s, nobody is told her words, and reading goes on',
    async (fault, code) => {
      const storage = memoryStorage();
      const log = { ...storage.log };
      const world = new World({}, { ...storage, log });
      const ada = await world.join('Ada');
      await ada.append('kept');
      const { append } = log;
      log.append = async () => {
        throw new StorageError(fault, 'as told');
      };
      const id = newMessageId();
      await expect(ada.append('not kept', { id })).rejects.toMatchObject({
        code,
        retryAfter: expect.any(Number),
      });
      const page = await ada.ask('read', {
        room: LOUNGE,
        side: 'after',
        seq: 0 as never,
        limit: 9,
        handshakes: false,
      });
      expect(page.entries).toHaveLength(1);
      log.append = append;
      expect(await ada.append('not kept', { id })).toMatchObject({ seq: 2, duplicate: false });
    },
  );

  it('an entry that was written though its append failed is told with the next one', async () => {
    const storage = memoryStorage();
    const log = { ...storage.log };
    const world = new World({}, { ...storage, log });
    const ada = await world.join('Ada');
    const { append } = log;
    log.append = async (draft) => {
      await append(draft);
      throw new StorageError('failed', 'nobody knows');
    };
    await expect(ada.append('lost?')).rejects.toMatchObject({ code: 'storage_failed' });
    log.append = append;
    await ada.append('next', { epoch: 0 as Epoch });
    await ada.until(() => ada.texts[1]);
    expect(ada.texts).toEqual(['lost?', 'next']);
  });

  it('[CB6] a stop tells everybody when to come back, answers what was taken, and closes', async () => {
    const world = new World();
    const people = [await world.join('Ada'), await world.join('Bo')];
    const appending = people[0]?.append('last words');
    const drained = world.relay.drain();
    expect((await appending)?.seq).toBe(1);
    await drained;
    for (const one of people) {
      expect((await one.event('goaway')).retryAfter).toBeLessThan(5000);
      expect(await one.end()).toBe(4100);
    }
    await settle();
    expect(await world.connect().end()).toBe(4100);
  });
});
