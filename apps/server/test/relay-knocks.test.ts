import { closeCodes, type DeviceId, LOUNGE, limits, type RoomId, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { settle } from './support/clock.ts';
import { Device } from './support/keys.ts';
import { FRAME, mailOf, NOWHERE, people, roomOf, Someone } from './support/room.ts';
import { roomy, World } from './support/world.ts';

const DAY = 24 * 60 * 60 * 1000;

const knock = ({ client }: Someone, room: RoomId, text = 'let me in') =>
  client.ask('knock', { room, frame: utf8(text) });
const waiting = ({ client }: Someone, room: RoomId, after: DeviceId | null = null) =>
  client.ask('knocks', { room, after });
const dismiss = ({ client }: Someone, room: RoomId, { device }: Someone) =>
  client.ask('dismiss_knock', { room, device: device.id, frame: utf8('not now') });
const devices = async (member: Someone, room: RoomId) =>
  (await waiting(member, room)).knocks.map(({ device }) => device);

/** A room of Ada's and Bo's, and Eve outside. */
async function scene() {
  const world = new World(roomy);
  const [ada, bo, eve] = await people(world, 'Ada', 'Bo', 'Eve');
  return { world, ada, bo, eve, room: await roomOf(ada, bo) };
}

describe('knocking', () => {
  it('[KP5] [KP7] [OP33] from outside is told to those live in the room, and kept for who comes later', async () => {
    const { world, ada, bo, eve, room } = await scene();
    bo.client.line?.close();
    expect(await knock(eve, room)).toEqual({});
    const told = await ada.client.event('knocked');
    expect(told).toMatchObject({ room, knock: { device: eve.device.id, frame: utf8('let me in') } });
    const back = await Someone.enter(world, bo.device);
    await back.client.join(room);
    expect(await waiting(back, room)).toEqual({ knocks: [told.knock], more: false });
    await settle();
    expect([eve, back].map(({ client }) => client.all('knocked').length)).toEqual([0, 0]);
    await expect(eve.client.join(room)).rejects.toMatchObject({ code: 'not_a_member' });
  });

  it('[KP5] from inside too, when a device has lost its keys: at a private room, and at the room of two', async () => {
    const { ada, bo, room } = await scene();
    const { room: direct } = await ada.client.ask('open_direct', { with: bo.identity });
    await ada.client.join(direct);
    for (const one of [room, direct]) {
      await knock(bo, one);
      expect(await devices(ada, one)).toEqual([bo.device.id]);
    }
  });

  it('[KP5] is refused at the Lounge, at a room of two others, and where there is no room', async () => {
    const { ada, bo, eve } = await scene();
    await eve.client.join(LOUNGE);
    const { room: direct } = await ada.client.ask('open_direct', { with: bo.identity });
    await ada.client.join(direct);
    for (const room of [LOUNGE, direct])
      await expect(knock(eve, room)).rejects.toMatchObject({ code: 'bad_request' });
    await expect(knock(eve, NOWHERE)).rejects.toMatchObject({ code: 'no_such_room' });
    expect(await devices(ada, direct)).toEqual([]);
  });

  it('[KP6] again replaces the knock of this device where it stands, and not that of another of Eve’s', async () => {
    const { world, ada, eve, room } = await scene();
    const laptop = await Someone.enter(world, new Device('Eve', eve.device.identity));
    await knock(eve, room, 'first');
    await knock(laptop, room, 'laptop');
    await knock(eve, room, 'second');
    const { knocks } = await waiting(ada, room);
    expect(knocks).toMatchObject([
      { device: eve.device.id, frame: utf8('second') },
      { device: laptop.device.id, frame: utf8('laptop') },
    ]);
  });

  it('[KP6] at a room where 256 wait is refused with room_full, but not to who waits there already', async () => {
    const { world, ada, eve, room } = await scene();
    for (let n = 1; n < limits.knocks; n += 1) {
      const device = new Device('x').id;
      await world.storage.knocks.put(room, { device, at: world.clock.now(), frame: FRAME });
    }
    await knock(eve, room);
    const [fay] = await people(world, 'Fay');
    await expect(knock(fay, room)).rejects.toMatchObject({ code: 'room_full' });
    await settle();
    expect(ada.client.all('knocked')).toHaveLength(1);
    await knock(eve, room, 'again');
    await eve.client.ask('withdraw_knock', { room });
    await knock(fay, room);
  });

  it('[LM2] six times at once is the most, then once in ten seconds', async () => {
    const { world, eve, room } = await scene();
    for (let n = 0; n < 6; n += 1) await knock(eve, room);
    await expect(knock(eve, room)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 10_000 });
    await world.clock.advance(10_000);
    await knock(eve, room);
  });

  it.each([
    ['nothing', 0],
    ['too much', limits.knock + 1],
  ])('[LM1] [CD5] with %s to say is no request', async (_what, size) => {
    const { ada, eve, room } = await scene();
    eve.client.post('knock', { room, frame: new Uint8Array(size) });
    expect(await eve.client.end()).toBe(closeCodes.protocol_violation);
    expect(await devices(ada, room)).toEqual([]);
  });
});

describe('those who wait', () => {
  it('[KP8] are told in pages, the longest first, after one of them, or from the first when that one has gone', async () => {
    const { world, ada, room } = await scene();
    const all = Array.from({ length: limits.knockPage + 3 }, () => new Device('x').id);
    for (const device of all)
      await world.storage.knocks.put(room, { device, at: world.clock.now(), frame: FRAME });
    const page = async (after: DeviceId | null) => {
      const { knocks, more } = await waiting(ada, room, after);
      return [knocks.map(({ device }) => device), more];
    };
    const first = all.slice(0, limits.knockPage);
    expect(await page(null)).toEqual([first, true]);
    expect(await page(first.at(-1) ?? null)).toEqual([all.slice(limits.knockPage), false]);
    expect(await page(all.at(-1) ?? null)).toEqual([[], false]);
    expect(await page(new Device('gone').id)).toEqual([first, true]);
  });

  it('[KP8] [KP9] are told to members only, and turned down by members only', async () => {
    const { world, ada, eve, room } = await scene();
    const [fay] = await people(world, 'Fay');
    await knock(eve, room);
    for (const one of [eve, fay]) {
      await expect(waiting(one, room)).rejects.toMatchObject({ code: 'not_a_member' });
      await expect(dismiss(one, room, eve)).rejects.toMatchObject({ code: 'not_a_member' });
    }
    expect(await devices(ada, room)).toEqual([eve.device.id]);
  });

  it('[KP7] are forgotten after seven days', async () => {
    const { world, ada, bo, eve, room } = await scene();
    await world.clock.advance(60_000);
    await knock(eve, room);
    await world.clock.advance(6 * DAY);
    await knock(bo, room);
    expect(await devices(ada, room)).toEqual([eve.device.id, bo.device.id]);
    await world.clock.advance(DAY + 60 * 60_000);
    expect(await devices(ada, room)).toEqual([bo.device.id]);
  });

  it('[KP4] are forgotten when they sign out', async () => {
    const { ada, eve, room } = await scene();
    await knock(eve, room);
    await eve.client.ask('retire', {});
    expect(await devices(ada, room)).toEqual([]);
  });

  it('[KP7] [OP33] may take their knock back, each their own, and without one it is no error', async () => {
    const { world, ada, eve, room } = await scene();
    const [fay] = await people(world, 'Fay');
    for (const one of [eve, fay]) await knock(one, room);
    for (let n = 0; n < 2; n += 1) expect(await eve.client.ask('withdraw_knock', { room })).toEqual({});
    expect(await eve.client.ask('withdraw_knock', { room: NOWHERE })).toEqual({});
    expect(await devices(ada, room)).toEqual([fay.device.id]);
  });

  it('[KP7] wait no more once they are welcomed', async () => {
    const { ada, eve, room } = await scene();
    await knock(eve, room);
    await ada.welcome(room, 1, eve);
    expect(await devices(ada, room)).toEqual([]);
  });
});

describe('turning a knock down', () => {
  it('[KP9] forgets it and tells its device why, now and in its mailbox', async () => {
    const { bo, eve, room } = await scene();
    await knock(eve, room);
    expect(await dismiss(bo, room, eve)).toEqual({});
    const { delivery } = await eve.client.event('delivery');
    expect(delivery).toMatchObject({ room, sender: bo.device.id, frame: utf8('not now') });
    expect(await mailOf(eve)).toEqual([delivery]);
    expect(await devices(bo, room)).toEqual([]);
    await knock(eve, room);
    expect(await devices(bo, room)).toEqual([eve.device.id]);
  });

  it('[KP9] without a knock is refused with no_such_device, also when Eve knocks elsewhere or did once', async () => {
    const { ada, bo, eve, room } = await scene();
    const other = await roomOf(bo);
    await knock(eve, other);
    await expect(dismiss(ada, room, eve)).rejects.toMatchObject({ code: 'no_such_device' });
    await knock(eve, room);
    await dismiss(ada, room, eve);
    await expect(dismiss(bo, room, eve)).rejects.toMatchObject({ code: 'no_such_device' });
    expect(await mailOf(eve)).toHaveLength(1);
    expect(await devices(bo, other)).toEqual([eve.device.id]);
  });

  it('[KP9] [KY10] with a full mailbox is refused, and the knock stays', async () => {
    const { world, ada, eve, room } = await scene();
    for (let n = 0; n <= limits.mailboxOfSender; n += 1) {
      await knock(eve, room);
      if (n < limits.mailboxOfSender) await dismiss(ada, room, eve);
      await world.clock.advance(10_000);
    }
    await expect(dismiss(ada, room, eve)).rejects.toMatchObject({
      code: 'mailbox_full',
      retryAfter: 30_000,
    });
    expect(await devices(ada, room)).toEqual([eve.device.id]);
    expect(await mailOf(eve)).toHaveLength(limits.mailboxOfSender);
  });
});
