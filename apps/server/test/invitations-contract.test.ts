import {
  type DeliveryId,
  type DeviceId,
  type Epoch,
  LOUNGE,
  limits,
  type Millis,
  type RoomId,
  utf8,
} from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import type { Storage } from '../src/ports/ports.ts';
import { claimOf } from './support/claim.ts';
import { Device, newMessageId } from './support/keys.ts';
import { newRoom } from './support/room.ts';
import { storages } from './support/storages.ts';

const [ada, bo, mallory] = [new Device('Ada'), new Device('Bo'), new Device('Mallory')] as const;

function sealed(room: RoomId, { id: sender }: { readonly id: DeviceId }) {
  const id: string = newMessageId();
  return { id: id as DeliveryId, room, sender, at: 1 as Millis, frame: utf8('anything') };
}

/** Makes a room and puts somebody into it who did not ask for that. */
async function invite(storage: Storage, inviter: Device, guest: Device, room = newRoom()) {
  await storage.privateRooms.create(room, inviter.identityId);
  const head = await storage.log.head(room);
  const draft = {
    room,
    kind: 'commit',
    sender: inviter.id,
    identity: inviter.identityId,
    id: newMessageId(),
    epoch: head?.epoch ?? (0 as Epoch),
    at: 1000 as Millis,
    frame: utf8('x'),
  } as const;
  const welcomes = [{ device: guest.id, delivery: sealed(room, inviter) }];
  const { status } = await storage.privateRooms.commit(draft, { welcomes, remove: [], admins: null });
  return { room, status };
}

describe.each(storages)('invitations in %s', (_name, open) => {
  async function peopled(...others: Device[]) {
    const storage = await open();
    for (const one of [ada, bo, mallory, ...others]) await storage.directory.claim(claimOf(one));
    const times = async (count: number, inviter: Device) => {
      const rooms: RoomId[] = [];
      for (let n = 0; n < count; n += 1) rooms.push((await invite(storage, inviter, bo)).room);
      return rooms;
    };
    return { storage, times };
  }

  it('[RM13] of one inviter are sixteen at most: the oldest gives way, with its mail, and nobody else’s does', async () => {
    const { storage, times } = await peopled();
    const honest = await times(1, ada);
    const flood = await times(limits.invitationsOfInviter + 40, mallory);
    const left = flood.slice(-limits.invitationsOfInviter);
    expect((await storage.members.rooms(bo.identityId)).toSorted()).toEqual([...honest, ...left].toSorted());
    const { deliveries } = await storage.mailbox.waiting(bo.id, 999, 1e6);
    expect(deliveries.map(({ room }) => room)).toEqual([...honest, ...left]);
  });

  it('[RM13] do not keep Bo from making, joining or being let in, nor others from inviting him', async () => {
    const { storage, times } = await peopled();
    const { members, privateRooms } = storage;
    for (let n = 1; n < limits.rooms; n += 1) await privateRooms.create(newRoom(), bo.identityId);
    await times(limits.invitationsOfInviter, mallory);
    const { room, status } = await invite(storage, ada, bo);
    expect(status).toBe('appended');
    expect(await members.hasJoined(room, bo.identityId)).toBe(false);
    expect(await members.add(room, bo.identityId)).toBe('joined');
    expect(await members.hasJoined(room, bo.identityId)).toBe(true);
    expect((await invite(storage, mallory, bo)).status).toBe('other_full');
    expect(await privateRooms.create(newRoom(), bo.identityId)).toBe('too_many');
  });

  it('[RM13] of a crowd are a hundred at most, and who made most of them gives way', async () => {
    const crowd = Array.from({ length: 12 }, (_, n) => new Device(`Crook ${n}`));
    const { storage, times } = await peopled(...crowd);
    const honest = await times(2, ada);
    for (const one of crowd) await times(12, one);
    const rooms = await storage.members.rooms(bo.identityId);
    expect(rooms).toHaveLength(limits.invitations);
    expect(rooms).toEqual(expect.arrayContaining(honest));
    const late = await times(1, ada);
    expect(await storage.members.rooms(bo.identityId)).toEqual(expect.arrayContaining([...honest, ...late]));
  });

  it('[RM13] that were taken up give way to none', async () => {
    const { storage, times } = await peopled();
    const joined = await times(3, mallory);
    for (const room of joined) await storage.members.add(room, bo.identityId);
    await times(50, mallory);
    expect(await storage.members.rooms(bo.identityId)).toEqual(expect.arrayContaining(joined));
  });

  it('[RM4] [RM13] to a conversation are taken up by opening it', async () => {
    const { storage } = await peopled();
    const { members, privateRooms } = storage;
    const room = `80${newRoom().slice(2)}` as RoomId;
    await privateRooms.openDirect(room, ada.identityId, bo.identityId);
    expect(await members.hasJoined(room, ada.identityId)).toBe(true);
    expect(await members.hasJoined(room, bo.identityId)).toBe(false);
    await privateRooms.openDirect(room, bo.identityId, ada.identityId);
    expect(await members.hasJoined(room, bo.identityId)).toBe(true);
  });

  it('[OP5] [RM13] there is none to take up for who was not let in', async () => {
    const { storage } = await peopled();
    const { room } = await invite(storage, ada, bo);
    expect(await storage.members.add(room, mallory.identityId)).toBe('not_a_member');
    expect(await storage.members.add(newRoom(), mallory.identityId)).toBe('not_a_member');
  });
});

describe.each(storages)('a mailbox in %s', (_name, open) => {
  const devicesOf = (one: Device, count: number) =>
    Array.from({ length: count }, () => new Device(one.credential.nickname, one.identity));

  async function peopled(...others: Device[]) {
    const storage = await open();
    for (const one of [ada, bo, mallory, ...others]) await storage.directory.claim(claimOf(one));
    const flood = async (
      room: RoomId,
      devices: readonly { id: DeviceId }[],
      each: number = limits.mailboxOfSender,
    ) => {
      const outcomes = [];
      for (const one of devices)
        for (let n = 0; n < each; n += 1) outcomes.push(await storage.mailbox.put(bo.id, sealed(room, one)));
      return outcomes.filter((outcome) => outcome === 'kept').length;
    };
    const waiting = async () => (await storage.mailbox.waiting(bo.id, 9999, 1e9)).deliveries;
    return { storage, flood, waiting };
  }

  it('[KY10] takes thirty-two of Mallory, on however many devices', async () => {
    const many = devicesOf(mallory, 40);
    const { flood, waiting } = await peopled(...many);
    expect(await flood(LOUNGE, many)).toBe(limits.mailboxOfSender);
    expect(await waiting()).toHaveLength(limits.mailboxOfSender);
  });

  it('[KY10] that a crowd fills still takes what members of Bo’s rooms and honest strangers send him, and keeps it', async () => {
    const crowd = Array.from({ length: 40 }, (_, n) => new Device(`Crook ${n}`));
    const { storage, flood, waiting } = await peopled(...crowd);
    const { room: own } = await invite(storage, ada, bo);
    for (const room of [LOUNGE, own]) await storage.members.add(room, bo.identityId);
    const { room: fresh } = await invite(storage, ada, bo);
    for (const room of [LOUNGE, newRoom()]) await flood(room, crowd, limits.mailboxOfSender / 2);
    const pieces = [sealed(fresh, ada), sealed(own, ada), sealed(fresh, ada)];
    for (const one of pieces) expect(await storage.mailbox.put(bo.id, one)).toBe('kept');
    await flood(LOUNGE, crowd);
    const rooms = (await waiting()).map(({ room }) => room);
    expect(rooms.filter((room) => room === own)).toHaveLength(2);
    expect(rooms.filter((room) => room === fresh)).toHaveLength(3);
    expect(rooms).toHaveLength(limits.mailboxOfStrangers + 2);
  });

  it('[KY10] full of what comes from Bo’s own rooms takes no more of it and loses nothing', async () => {
    const others = Array.from({ length: limits.mailbox / limits.mailboxOfSender + 1 }, () => ({
      id: new Device('x').id,
    }));
    const { storage, flood, waiting } = await peopled();
    const { room } = await invite(storage, ada, bo);
    await storage.members.add(room, bo.identityId);
    const [first] = await waiting();
    expect(await flood(room, others)).toBe(limits.mailbox - 1);
    expect((await waiting())[0]).toEqual(first);
    expect(await storage.mailbox.put(bo.id, sealed(newRoom(), mallory))).toBe('kept');
    expect(await waiting()).toHaveLength(limits.mailbox + 1);
  });
});
