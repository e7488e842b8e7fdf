import { hash } from 'node:crypto';
import {
  type Delivery,
  type DeliveryId,
  directRoomBytes,
  directRoomId,
  type Epoch,
  limits,
  type Millis,
  type RoomId,
  utf8,
} from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import type { Draft } from '../src/ports/log.ts';
import type { MembershipChange } from '../src/ports/private-rooms.ts';
import { claimOf } from './support/claim.ts';
import { Device, newMessageId } from './support/keys.ts';
import { newRoom } from './support/room.ts';
import { storages } from './support/storages.ts';

const [ada, bo, cy] = [new Device('Ada'), new Device('Bo'), new Device('Cy')] as const;
const NAMES = new Map([ada, bo, cy].map((one) => [one.identityId, one.credential.nickname]));

function directRoom(one: Device, other: Device): RoomId {
  return directRoomId(
    new Uint8Array(hash('sha256', directRoomBytes(one.identityId, other.identityId), 'buffer')),
  );
}

function delivery(room: RoomId, sender = ada): Delivery {
  const id: string = newMessageId();
  return { id: id as DeliveryId, room, sender: sender.id, at: 1 as Millis, frame: utf8('welcome') };
}

function draft(room: RoomId, epoch: number, sender = ada, more: Partial<Draft> = {}): Draft {
  return {
    room,
    kind: 'commit',
    sender: sender.id,
    identity: sender.identityId,
    id: newMessageId(),
    epoch: epoch as Epoch,
    at: 1000 as Millis,
    frame: utf8('x'),
    ...more,
  };
}

const NO_CHANGE: MembershipChange = { welcomes: [], remove: [], admins: null };

function welcome(room: RoomId, ...devices: Device[]): MembershipChange {
  return { ...NO_CHANGE, welcomes: devices.map(({ id }) => ({ device: id, delivery: delivery(room) })) };
}

const removal = (...people: Device[]): MembershipChange => ({
  ...NO_CHANGE,
  remove: people.map(({ identityId }) => identityId),
});

describe.each(storages)('private rooms in %s', (_name, open) => {
  async function peopled() {
    const storage = await open();
    for (const one of [ada, bo, cy]) await storage.directory.claim(claimOf(one));
    const room = newRoom();
    await storage.privateRooms.create(room, ada.identityId);
    const members = async (of = room) =>
      (await storage.privateRooms.members(of)).map(
        ({ identity, admin }) => `${NAMES.get(identity)}${admin ? '*' : ''}`,
      );
    return { ...storage, room, members };
  }

  it('[RM3] makes a room once, for one', async () => {
    const { privateRooms, log, members, room } = await peopled();
    expect(await log.head(room)).toMatchObject({ room, kind: 'private', seq: 0, epoch: 0 });
    expect(await privateRooms.create(room, ada.identityId)).toBe('open');
    expect(await privateRooms.create(room, bo.identityId)).toBe('taken');
    expect(await members()).toEqual(['Ada*']);
    const fresh = newRoom();
    const outcomes = [ada, bo].map((one) => privateRooms.create(fresh, one.identityId));
    expect(await Promise.all(outcomes)).toEqual(['open', 'taken']);
  });

  it('[RM4] makes the room of two once, for both, whoever opens it', async () => {
    const { privateRooms, log, members } = await peopled();
    const room = directRoom(ada, bo);
    const outcomes = await Promise.all([
      privateRooms.openDirect(room, bo.identityId, ada.identityId),
      privateRooms.openDirect(room, ada.identityId, bo.identityId),
    ]);
    expect(outcomes).toEqual(['open', 'open']);
    expect(await log.head(room)).toMatchObject({ kind: 'direct' });
    expect(await members(room)).toEqual(['Bo', 'Ada']);
  });

  it('[RM2] [RM4] makes none with who has gone, for who has gone, or where another kind of room stands', async () => {
    const { privateRooms, directory, log, members } = await peopled();
    const room = directRoom(ada, bo);
    await privateRooms.create(room, cy.identityId);
    expect(await privateRooms.openDirect(room, ada.identityId, bo.identityId)).toBe('taken');
    expect(await members(room)).toEqual(['Cy*']);
    await directory.retire(cy.identityId);
    const other = directRoom(ada, cy);
    expect(await privateRooms.openDirect(other, ada.identityId, cy.identityId)).toBe('gone');
    expect(await privateRooms.openDirect(other, cy.identityId, ada.identityId)).toBe('gone');
    expect(await log.head(other)).toBeUndefined();
  });

  it('[RM5] [RM6] commits entry, membership, admins, welcome and knock as one', async () => {
    const { privateRooms, log, mailbox, knocks, members, room } = await peopled();
    await knocks.put(room, { device: bo.id, at: 1 as Millis, frame: utf8('k') });
    const change = { ...welcome(room, bo), admins: [bo.identityId] };
    expect(await privateRooms.commit(draft(room, 0), change)).toEqual({
      status: 'appended',
      seq: 1,
      at: 1000,
    });
    expect(await members()).toEqual(['Ada', 'Bo*']);
    expect(await log.head(room)).toMatchObject({ seq: 1, epoch: 1 });
    expect((await mailbox.waiting(bo.id, 9, 1e6)).deliveries).toEqual([change.welcomes[0]?.delivery]);
    expect((await knocks.page(room, null, 9)).knocks).toEqual([]);
  });

  it('[RM5] changes nothing at all when any of it may not be', async () => {
    const { privateRooms, log, mailbox, members, room } = await peopled();
    await privateRooms.commit(draft(room, 0), welcome(room, bo));
    const full = welcome(room, cy, ...Array<Device>(limits.mailboxOfSender + 1).fill(bo));
    const outcomes = [
      privateRooms.commit(draft(room, 0), welcome(room, cy)),
      privateRooms.commit(draft(room, 1, cy), welcome(room, cy)),
      privateRooms.commit(draft(room, 1, bo), {
        ...removal(ada),
        ...welcome(room, cy),
        remove: [ada.identityId],
      }),
      privateRooms.commit(draft(room, 1), { ...welcome(room, cy), admins: [] }),
      privateRooms.commit(draft(room, 1), welcome(room, cy, new Device('Nobody'))),
      privateRooms.commit(draft(room, 1), full),
      privateRooms.commit(draft(newRoom(), 0), welcome(room, cy)),
    ];
    expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual([
      'stale_epoch',
      'not_a_member',
      'not_allowed',
      'bad_admins',
      'no_such_device',
      'mailbox_full',
      'no_such_room',
    ]);
    expect(await members()).toEqual(['Ada*', 'Bo']);
    expect(await log.head(room)).toMatchObject({ seq: 1, epoch: 1 });
    expect((await mailbox.waiting(cy.id, 9, 1e6)).deliveries).toEqual([]);
  });

  it('[RM5] [LG8] takes one of two that race', async () => {
    const { privateRooms, members, room } = await peopled();
    const outcomes = await Promise.all([
      privateRooms.commit(draft(room, 0), welcome(room, bo)),
      privateRooms.commit(draft(room, 0), welcome(room, cy)),
    ]);
    expect(outcomes).toMatchObject([{ status: 'appended' }, { status: 'stale_epoch', epoch: 1 }]);
    expect(await members()).toEqual(['Ada*', 'Bo']);
  });

  it('[RM5] [LG4] [LG16] knows a commit again, also from who was removed since, and changes nothing more', async () => {
    const { privateRooms, mailbox, members, room } = await peopled();
    await privateRooms.commit(draft(room, 0), welcome(room, bo));
    const own = draft(room, 1, bo);
    const outcomes = await Promise.all([
      privateRooms.commit(own, welcome(room, cy)),
      privateRooms.commit(draft(room, 2), removal(bo, cy)),
      privateRooms.commit(own, welcome(room, cy)),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'appended', seq: 2 },
      { status: 'appended', seq: 3 },
      { status: 'duplicate', seq: 2 },
    ]);
    expect(await members()).toEqual(['Ada*']);
    expect((await mailbox.waiting(cy.id, 9, 1e6)).deliveries).toHaveLength(1);
  });

  it('[LG16] takes nothing of Bo’s that comes behind his removal or his leave, within one batch too', async () => {
    const { privateRooms, log, room } = await peopled();
    await privateRooms.commit(draft(room, 0), welcome(room, bo, cy));
    const [, late, , later, inTime] = await Promise.all([
      privateRooms.commit(draft(room, 1), removal(bo)),
      log.append(draft(room, 2, bo, { kind: 'message' })),
      privateRooms.leave(room, cy.identityId),
      privateRooms.commit(draft(room, 2, cy), NO_CHANGE),
      log.append(draft(room, 2, ada, { kind: 'message' })),
    ]);
    expect([late, later]).toEqual([{ status: 'not_a_member' }, { status: 'not_a_member' }]);
    expect(inTime).toMatchObject({ status: 'appended', seq: 3 });
  });

  it('[LG16] takes nothing of who never was in it', async () => {
    const { log, room } = await peopled();
    const outsider = draft(room, 0, bo, { kind: 'message' });
    expect(await log.append(outsider)).toEqual({ status: 'not_a_member' });
    expect(await log.head(room)).toMatchObject({ seq: 0 });
  });

  it('[LG16] [RM9] a commit of who has signed out since lets nobody in', async () => {
    const { privateRooms, directory, members, room } = await peopled();
    await privateRooms.commit(draft(room, 0), welcome(room, bo));
    const [, late] = await Promise.all([
      directory.retire(ada.identityId),
      privateRooms.commit(draft(room, 1), welcome(room, cy)),
    ]);
    expect(late).toEqual({ status: 'not_a_member' });
    expect(await members()).toEqual(['Bo*']);
  });

  it('[RM9] leaves, removals and goodbyes take registers with them, and one behind that is not kept', async () => {
    const { privateRooms, registers, members, room } = await peopled();
    await privateRooms.commit(draft(room, 0), welcome(room, bo, cy));
    const value = (sender: Device) => ({ sender: sender.id, at: 1 as Millis, frame: utf8('x') });
    for (const one of [ada, bo, cy]) expect(await registers.put(room, 0, value(one))).toBe('kept');
    const [, late] = await Promise.all([
      privateRooms.commit(draft(room, 1), removal(cy)),
      registers.put(room, 0, value(cy)),
      privateRooms.leave(room, ada.identityId),
    ]);
    expect(late).toBe('not_a_member');
    expect((await registers.page(room, 0, null, 9)).registers).toEqual([value(bo)]);
    expect(await members()).toEqual(['Bo*']);
  });

  it('[ID13] [RM9] who is let go of for having been away is no member any more, and another becomes the admin', async () => {
    const { privateRooms, directory, members, room } = await peopled();
    const change = { ...welcome(room, bo, cy), admins: [cy.identityId] };
    await privateRooms.commit(draft(room, 0), change);
    await directory.release({ before: 5000 as Millis, present: [bo.identityId] });
    expect(await members()).toEqual(['Ada*', 'Bo']);
  });
});
