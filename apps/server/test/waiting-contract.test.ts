import {
  type Delivery,
  type DeliveryId,
  type DeviceId,
  type Epoch,
  limits,
  type Millis,
  type RoomId,
  utf8,
} from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import type { Taken } from '../src/ports/key-packages.ts';
import { claimOf } from './support/claim.ts';
import { Device, newMessageId } from './support/keys.ts';
import { newRoom } from './support/room.ts';
import { storages } from './support/storages.ts';

const [ada, bo] = [new Device('Ada'), new Device('Bo')] as const;
const laptop = new Device('Ada', ada.identity);
const STRANGER = new Device('Nobody').identityId;

const texts = ({ packages }: Taken) => packages.map((one) => new TextDecoder().decode(one.package));

function knockOf(device: DeviceId, at = 1, text = 'let me in') {
  return { device, at: at as Millis, frame: utf8(text) };
}

function delivery(room: RoomId, text = 'not now'): Delivery {
  const id: string = newMessageId();
  return { id: id as DeliveryId, room, sender: ada.id, at: 1 as Millis, frame: utf8(text) };
}

describe.each(storages)('key packages in %s', (_name, open) => {
  async function peopled() {
    const storage = await open();
    for (const one of [ada, laptop, bo]) await storage.directory.claim(claimOf(one));
    return storage;
  }

  it('[KP1] [KP2] give out the oldest once, then the last resort for as long as it stands', async () => {
    const { keyPackages } = await peopled();
    expect(await keyPackages.publish(ada.id, [utf8('one'), utf8('two')], utf8('last'))).toBe(2);
    const taken = await Promise.all(Array.from({ length: 4 }, () => keyPackages.take([ada.identityId])));
    expect(taken.map(texts)).toEqual([['one'], ['two'], ['last'], ['last']]);
    expect(await keyPackages.publish(ada.id, [], utf8('new last'))).toBe(0);
    expect(await keyPackages.take([ada.identityId])).toEqual({
      packages: [{ identity: ada.identityId, device: ada.id, package: utf8('new last') }],
      gone: [],
    });
  });

  it('[KP1] keep thirty-two of a device, of which the oldest go, and those of another untouched', async () => {
    const { keyPackages } = await peopled();
    await keyPackages.publish(laptop.id, [utf8('laptop')], null);
    await keyPackages.publish(ada.id, [utf8('oldest')], utf8('last'));
    const many = Array.from({ length: limits.keyPackages }, (_, n) => utf8(`new ${n}`));
    expect(await keyPackages.publish(ada.id, many, null)).toBe(limits.keyPackages);
    expect(texts(await keyPackages.take([ada.identityId])).sort()).toEqual(['laptop', 'new 0']);
    expect(texts(await keyPackages.take([ada.identityId]))).toEqual(['new 1']);
  });

  it('[KP2] are of each device of each of these people; who never was is gone', async () => {
    const { keyPackages } = await peopled();
    for (const one of [ada, laptop, bo]) await keyPackages.publish(one.id, [utf8('x')], null);
    const taken = await keyPackages.take([bo.identityId, STRANGER, ada.identityId]);
    expect(taken.gone).toEqual([STRANGER]);
    expect(taken.packages.map(({ device }) => device).sort()).toEqual([ada.id, laptop.id, bo.id].sort());
    expect(await keyPackages.take([bo.identityId])).toEqual({ packages: [], gone: [] });
  });

  it('[KP4] end with the identity, also of a device that has spoken', async () => {
    const { keyPackages, directory, privateRooms, log } = await peopled();
    const room = newRoom();
    await privateRooms.create(room, ada.identityId);
    await log.append({
      room,
      kind: 'message',
      sender: ada.id,
      identity: ada.identityId,
      id: newMessageId(),
      epoch: 0 as Epoch,
      at: 1 as Millis,
      frame: utf8('x'),
    });
    await keyPackages.publish(ada.id, [utf8('one')], utf8('last'));
    await directory.retire(ada.identityId);
    expect(await keyPackages.take([ada.identityId])).toEqual({ packages: [], gone: [ada.identityId] });
    await directory.claim(claimOf(ada));
    expect(await keyPackages.take([ada.identityId])).toEqual({ packages: [], gone: [] });
  });
});

describe.each(storages)('knocks in %s', (_name, open) => {
  async function peopled() {
    const storage = await open();
    for (const one of [ada, bo]) await storage.directory.claim(claimOf(one));
    const room = newRoom();
    const devices = async (of = room) =>
      (await storage.knocks.page(of, null, 999)).knocks.map(({ device }) => device);
    return { ...storage, room, devices };
  }

  it('[KP6] [KP8] are one of a device at a room, the longest waiting first, in pages', async () => {
    const { knocks, room } = await peopled();
    const waiting = ['aa', 'cc', 'bb'].map((byte) => knockOf(byte.repeat(16) as DeviceId));
    for (const one of waiting) expect(await knocks.put(room, one)).toBe('kept');
    expect(await knocks.page(room, null, 2)).toEqual({ knocks: waiting.slice(0, 2), more: true });
    const after = waiting[1]?.device ?? null;
    expect(await knocks.page(room, after, 2)).toEqual({ knocks: waiting.slice(2), more: false });
    expect(await knocks.page(room, ada.id, 1)).toEqual({ knocks: waiting.slice(0, 1), more: true });
    const again = knockOf('aa'.repeat(16) as DeviceId, 2, 'again');
    expect(await knocks.put(room, again)).toBe('kept');
    expect(await knocks.page(room, null, 9)).toEqual({ knocks: [again, ...waiting.slice(1)], more: false });
    expect(await knocks.page(newRoom(), null, 9)).toEqual({ knocks: [], more: false });
  });

  it('[KP6] are 256 at a room, and more elsewhere', async () => {
    const { knocks, room } = await peopled();
    const devices = Array.from({ length: limits.knocks + 1 }, () => new Device('x').id);
    const outcomes = await Promise.all(devices.map((device) => knocks.put(room, knockOf(device))));
    expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(1);
    expect(outcomes.at(-1)).toBe('full');
    expect(await knocks.put(room, knockOf(devices[0] as DeviceId))).toBe('kept');
    expect(await knocks.put(newRoom(), knockOf(ada.id))).toBe('kept');
  });

  it('[KP7] are taken back and expire, each alone', async () => {
    const { knocks, room, devices } = await peopled();
    const other = newRoom();
    for (const one of [room, other]) await knocks.put(one, knockOf(ada.id, 1000));
    await knocks.put(room, knockOf(bo.id, 2000));
    await knocks.drop(other, bo.id);
    await knocks.drop(other, ada.id);
    await knocks.drop(other, ada.id);
    expect([await devices(), await devices(other)]).toEqual([[ada.id, bo.id], []]);
    await knocks.expire(2000 as Millis);
    expect(await devices()).toEqual([bo.id]);
  });

  it('[KP4] end with the identity', async () => {
    const { knocks, directory, room, devices } = await peopled();
    for (const one of [ada, bo]) await knocks.put(room, knockOf(one.id));
    await directory.retire(ada.identityId);
    expect(await devices()).toEqual([bo.id]);
  });

  it('[KP9] are turned down with a delivery, both or neither', async () => {
    const { knocks, mailbox, room, devices } = await peopled();
    const mail = async () => (await mailbox.waiting(bo.id, 99, 1e6)).deliveries;
    expect(await knocks.dismiss(room, bo.id, delivery(room))).toBe('none');
    expect(await mail()).toEqual([]);
    await knocks.put(room, knockOf(bo.id));
    const word = delivery(room);
    expect(await knocks.dismiss(room, bo.id, word)).toBe('dismissed');
    expect(await mail()).toEqual([word]);
    expect(await knocks.dismiss(room, bo.id, delivery(room))).toBe('none');
    for (let n = 1; n < limits.mailboxOfSender; n += 1) await mailbox.put(bo.id, delivery(room, String(n)));
    await knocks.put(room, knockOf(bo.id));
    expect(await knocks.dismiss(room, bo.id, delivery(room))).toBe('full');
    expect(await devices()).toEqual([bo.id]);
    expect(await mail()).toHaveLength(limits.mailboxOfSender);
  });
});
