import {
  type Delivery,
  type DeliveryId,
  type DeviceId,
  type Epoch,
  type Millis,
  type RoomId,
  type Seq,
  toHex,
  utf8,
} from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { nodeClock } from '../src/adapters/node/clock.ts';
import { sqliteStorage } from '../src/adapters/sqlite/storage.ts';
import type { Draft } from '../src/ports/log.ts';
import type { Storage } from '../src/ports/ports.ts';
import { claimOf } from './support/claim.ts';
import { temporaryFolder } from './support/folder.ts';
import { Device, newMessageId, randomBytes } from './support/keys.ts';
import { RelayProcess } from './support/process.ts';
import { commitOf, newRoom } from './support/room.ts';
import { SocketClient } from './support/socket.ts';

function open(folder: string, more: { maxPages?: number } = {}) {
  return sqliteStorage({ folder, clock: nodeClock(() => {}), leaveFree: 0, ...more });
}

async function entriesOf({ log }: Storage, room: RoomId) {
  const page = await log.read({
    room,
    side: 'after',
    seq: 0 as Seq,
    limit: 10_000,
    handshakes: false,
    bytes: 1e12,
  });
  return page?.entries ?? [];
}

async function signIn(url: string, device: Device): Promise<SocketClient> {
  const client = new SocketClient(url);
  await client.auth(device);
  return client;
}

describe('kill -9', () => {
  it('[RM5] [KP3] leaves whole commits or none, none of those acknowledged missing, and no key package given out twice', async () => {
    const folder = temporaryFolder();
    const [ada, bo, cleo] = [new Device('Ada'), new Device('Bo'), new Device('Cleo')];
    const room = newRoom();
    const args = ['--port', '0', '--data-dir', folder, '--log-level', 'silent'];
    const acked: string[] = [];
    const given: string[] = [];
    for (const [round, enough] of [7, 11, 3].entries()) {
      const relay = new RelayProcess(args);
      const url = await relay.url();
      const at = await signIn(url, ada);
      const [other, taker] = [await signIn(url, bo), await signIn(url, cleo)];
      if (round === 0) await at.ask('create_room', { room });
      let { epoch } = await at.join(room);
      const packages = Array.from({ length: 16 }, () => randomBytes(64));
      await other.ask('publish_key_packages', { packages, lastResort: null });
      const taking = (async () => {
        for (;;) {
          const { packages: taken } = await taker.ask('key_packages', { identities: [bo.identityId] });
          given.push(...taken.map((one) => toHex(one.package)));
        }
      })().catch(() => {});
      // Bo is let in and out in turns, each time with a welcome.
      const changing = (async () => {
        for (;;) {
          const inside = epoch % 2 === 1;
          const change = inside
            ? { remove: [bo.identityId] }
            : { welcomes: [{ device: bo.id, frame: utf8('welcome') }] };
          const request = commitOf(room, epoch, { frame: utf8(inside ? 'out' : 'in'), ...change });
          await at.ask('commit', request);
          acked.push(request.id);
          epoch = (epoch + 1) as Epoch;
        }
      })().catch(() => {});
      const before = acked.length;
      await at.until(() => (acked.length >= before + enough ? true : undefined));
      await relay.kill();
      await Promise.all([taking, changing]);
    }
    const storage = await open(folder);
    const entries = await entriesOf(storage, room);
    const members = await storage.privateRooms.members(room);
    const mail = await storage.mailbox.waiting(bo.id, 1000, 1e9);
    const left: string[] = [];
    for (;;) {
      const { packages } = await storage.keyPackages.take([bo.identityId]);
      if (packages.length === 0) break;
      left.push(...packages.map((one) => toHex(one.package)));
    }
    await storage.close();
    const ids = entries.map(({ id }) => id);
    for (const id of acked) expect(ids).toContain(id);
    expect(acked.length).toBeGreaterThanOrEqual(21);
    const frames = entries.map(({ frame }) => new TextDecoder().decode(frame));
    expect(frames).toEqual(frames.map((_, index) => (index % 2 === 0 ? 'in' : 'out')));
    expect(mail.deliveries).toHaveLength(frames.filter((frame) => frame === 'in').length);
    const inside = frames.at(-1) === 'in';
    expect(members.map(({ identity }) => identity)).toEqual([
      ada.identityId,
      ...(inside ? [bo.identityId] : []),
    ]);
    expect(new Set([...given, ...left]).size).toBe(given.length + left.length);
    expect(given.length).toBeGreaterThan(0);
  }, 60_000);
});

describe('a disk that is full amid a commit', () => {
  const [ada, bo] = [new Device('Ada'), new Device('Bo')];

  function draft(room: RoomId, sender: Device, kind: Draft['kind'], epoch: number): Draft {
    return {
      room,
      kind,
      sender: sender.id,
      identity: sender.identityId,
      id: newMessageId(),
      epoch: epoch as Epoch,
      at: 1 as Millis,
      frame: utf8(kind),
    };
  }

  function welcome(room: RoomId, device: DeviceId, size: number) {
    const id: string = newMessageId();
    const delivery: Delivery = {
      id: id as DeliveryId,
      room,
      sender: ada.id,
      at: 1 as Millis,
      frame: randomBytes(size),
    };
    return { device, delivery };
  }

  it('[RM5] [LM6] keeps nothing of it: no entry, no member, no mail; and the same commit stands when there is space', async () => {
    const folder = temporaryFolder();
    const small = await open(folder, { maxPages: 120 });
    for (const one of [ada, bo]) await small.directory.claim(claimOf(one));
    const room = newRoom();
    await small.privateRooms.create(room, ada.identityId);
    const first = draft(room, ada, 'commit', 0);
    const welcomes = Array.from({ length: 16 }, () => welcome(room, bo.id, 60_000));
    const change = { welcomes, remove: [], admins: [ada.identityId, bo.identityId] };
    const racing = await Promise.allSettled([
      small.privateRooms.commit(first, change),
      // In the same transaction, or after it: either way Bo was never let in.
      small.log.append(draft(room, bo, 'message', 1)),
    ]);
    expect(racing[0]).toMatchObject({ status: 'rejected', reason: { fault: 'full' } });
    expect(racing[1]).not.toMatchObject({ value: { status: 'appended' } });
    expect(await small.log.append(draft(room, bo, 'message', 0))).toEqual({ status: 'not_a_member' });
    expect(await small.log.head(room)).toMatchObject({ seq: 0, epoch: 0 });
    expect(await small.privateRooms.members(room)).toEqual([{ identity: ada.identityId, admin: true }]);
    expect((await small.mailbox.waiting(bo.id, 99, 1e9)).deliveries).toEqual([]);
    expect(await small.log.append(draft(room, ada, 'message', 0))).toMatchObject({
      status: 'appended',
      seq: 1,
    });
    await small.close();
    const large = await open(folder);
    expect(await large.privateRooms.commit(first, change)).toMatchObject({ status: 'appended', seq: 2 });
    expect(await large.privateRooms.members(room)).toEqual([
      { identity: ada.identityId, admin: true },
      { identity: bo.identityId, admin: true },
    ]);
    expect((await large.mailbox.waiting(bo.id, 99, 1e9)).deliveries).toHaveLength(16);
    await large.close();
  });

  it('[LM6] nobody is kept from leaving a room, and nobody is let into one, on a disk that is short of space', async () => {
    const folder = temporaryFolder();
    const before = await open(folder);
    for (const one of [ada, bo]) await before.directory.claim(claimOf(one));
    const room = newRoom();
    await before.privateRooms.create(room, ada.identityId);
    await before.privateRooms.commit(draft(room, ada, 'commit', 0), {
      welcomes: [welcome(room, bo.id, 10)],
      remove: [],
      admins: null,
    });
    await before.close();
    const short = await sqliteStorage({ folder, clock: nodeClock(() => {}), leaveFree: 1 });
    await expect(short.privateRooms.create(newRoom(), bo.identityId)).rejects.toMatchObject({
      fault: 'full',
    });
    await short.privateRooms.leave(room, ada.identityId);
    expect(await short.privateRooms.members(room)).toEqual([{ identity: bo.identityId, admin: true }]);
    await short.close();
  });
});
