import { hash } from 'node:crypto';
import {
  type Delivery,
  type DeliveryId,
  directRoomBytes,
  directRoomId,
  type Epoch,
  type Millis,
  type RoomId,
  utf8,
} from '@aurora/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeClock } from '../src/adapters/node/clock.ts';
import { type SqliteStorage, sqliteStorage } from '../src/adapters/sqlite/storage.ts';
import type { Draft } from '../src/ports/log.ts';
import { claimOf } from './support/claim.ts';
import { temporaryFolder } from './support/folder.ts';
import { Device, newMessageId } from './support/keys.ts';
import { newRoom } from './support/room.ts';

const [ada, bo, cy] = [new Device('Ada'), new Device('Bo'), new Device('Cy')] as const;

/** A storage whose relay may stop and start again. */
class Restarting {
  readonly #folder = temporaryFolder();
  #storage: SqliteStorage | undefined;

  async start(): Promise<SqliteStorage> {
    await this.#storage?.close();
    const storage = await sqliteStorage({ folder: this.#folder, clock: nodeClock(() => {}), leaveFree: 0 });
    this.#storage = storage;
    return storage;
  }

  async stop(): Promise<void> {
    await this.#storage?.close();
  }
}

async function peopled() {
  const relay = new Restarting();
  onTestFinished(() => relay.stop());
  const storage = await relay.start();
  for (const one of [ada, bo, cy]) await storage.directory.claim(claimOf(one));
  return { relay, storage };
}

function delivery(room: RoomId): Delivery {
  const id: string = newMessageId();
  return { id: id as DeliveryId, room, sender: ada.id, at: 1 as Millis, frame: utf8('welcome') };
}

function commit(room: RoomId, epoch: number): Draft {
  return {
    room,
    kind: 'commit',
    sender: ada.id,
    identity: ada.identityId,
    id: newMessageId(),
    epoch: epoch as Epoch,
    at: 1 as Millis,
    frame: utf8('x'),
  };
}

describe('a relay that starts again', () => {
  it('[RM5] [RM6] [RM8] still has rooms, members in their order, admins and welcomes, and takes the next commit', async () => {
    const { relay, storage } = await peopled();
    const room = newRoom();
    await storage.privateRooms.create(room, ada.identityId);
    const welcomes = [cy, bo].map(({ id }) => ({ device: id, delivery: delivery(room) }));
    const first = commit(room, 0);
    await storage.privateRooms.commit(first, {
      welcomes,
      remove: [],
      admins: [ada.identityId, bo.identityId],
    });
    const { privateRooms, members, mailbox, log } = await relay.start();
    expect(await log.head(room)).toMatchObject({ kind: 'private', seq: 1, epoch: 1 });
    expect(await privateRooms.members(room)).toEqual([
      { identity: ada.identityId, admin: true },
      { identity: cy.identityId, admin: false },
      { identity: bo.identityId, admin: true },
    ]);
    expect(await members.rooms(bo.identityId)).toEqual([room]);
    for (const { device, delivery: welcome } of welcomes)
      expect((await mailbox.waiting(device, 9, 1e6)).deliveries).toEqual([welcome]);
    const change = { welcomes: [], remove: [bo.identityId], admins: null };
    expect(await privateRooms.commit(first, change)).toMatchObject({ status: 'duplicate', seq: 1 });
    expect(await privateRooms.commit(commit(room, 0), change)).toMatchObject({ status: 'stale_epoch' });
    expect(await privateRooms.commit(commit(room, 1), change)).toMatchObject({ status: 'appended', seq: 2 });
  });

  it('[RM7] [RM9] has nobody back who was removed or left', async () => {
    const { relay, storage } = await peopled();
    const room = newRoom();
    await storage.privateRooms.create(room, ada.identityId);
    const welcomes = [cy, bo].map(({ id }) => ({ device: id, delivery: delivery(room) }));
    await storage.privateRooms.commit(commit(room, 0), { welcomes, remove: [], admins: null });
    const remove = [bo.identityId];
    await storage.privateRooms.commit(commit(room, 1), { welcomes: [], remove, admins: null });
    await storage.privateRooms.leave(room, ada.identityId);
    const { privateRooms, log } = await relay.start();
    expect(await privateRooms.members(room)).toEqual([{ identity: cy.identityId, admin: true }]);
    expect(await log.append({ ...commit(room, 2), kind: 'message' })).toEqual({ status: 'not_a_member' });
  });

  it('[RM2] [RM4] still has the room of two, for both', async () => {
    const { relay, storage } = await peopled();
    const bytes = directRoomBytes(ada.identityId, bo.identityId);
    const room = directRoomId(new Uint8Array(hash('sha256', bytes, 'buffer')));
    await storage.privateRooms.openDirect(room, ada.identityId, bo.identityId);
    const { privateRooms, members, log } = await relay.start();
    expect(await log.head(room)).toMatchObject({ kind: 'direct' });
    expect(await members.rooms(bo.identityId)).toEqual([room]);
    expect(await privateRooms.openDirect(room, bo.identityId, ada.identityId)).toBe('open');
    expect(await privateRooms.members(room)).toHaveLength(2);
  });

  it('[KP1] [KP3] still has the key packages that nobody took, and none that somebody did', async () => {
    const { relay, storage } = await peopled();
    await storage.keyPackages.publish(ada.id, ['one', 'two'].map(utf8), utf8('last'));
    await storage.keyPackages.take([ada.identityId]);
    const taken: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { keyPackages } = await relay.start();
      const { packages } = await keyPackages.take([ada.identityId]);
      taken.push(packages.map((one) => new TextDecoder().decode(one.package)));
    }
    expect(taken).toEqual([['two'], ['last'], ['last']]);
  });

  it('[KP6] [KP7] [KP9] still has those who knock, in their order, and none who was turned down', async () => {
    const { relay, storage } = await peopled();
    const room = newRoom();
    const knocks = [cy, bo, ada].map(({ id }) => ({ device: id, at: 1 as Millis, frame: utf8('knock') }));
    for (const one of knocks) await storage.knocks.put(room, one);
    const word = delivery(room);
    await storage.knocks.dismiss(room, bo.id, word);
    const again = await relay.start();
    const left = knocks.filter(({ device }) => device !== bo.id);
    expect(await again.knocks.page(room, null, 9)).toEqual({ knocks: left, more: false });
    expect((await again.mailbox.waiting(bo.id, 9, 1e6)).deliveries).toEqual([word]);
  });
});
