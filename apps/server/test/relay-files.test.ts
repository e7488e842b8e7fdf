import { LOUNGE, limits, type RequestOf, type RoomId } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { defaultSettings } from '../src/core/settings.ts';
import { newBlob, streamOf } from './support/blobs.ts';
import { settle } from './support/clock.ts';
import { Device, randomBytes } from './support/keys.ts';
import { NOWHERE, newRoom, people, roomOf, Someone } from './support/room.ts';
import { roomy, World } from './support/world.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** Longer than until the relay looks again for what may go. */
const TURN = 61_000;

async function scene(settings: Partial<typeof defaultSettings> = {}) {
  const world = new World({ ...roomy, ...settings });
  const [ada, bo, eve] = await people(world, 'Ada', 'Bo', 'Eve');
  for (const { client } of [ada, bo, eve]) await client.join();
  const open = ({ client }: Someone, more: Partial<RequestOf<'open_upload'>> = {}) =>
    client.ask('open_upload', { room: LOUNGE, blob: newBlob(), size: 10, ...more });
  /** A file of theirs that is whole. */
  async function whole(who: Someone, { room = LOUNGE, size = 10 }: { room?: RoomId; size?: number } = {}) {
    const blob = newBlob();
    await open(who, { room, blob, size });
    await world.relay.files.append(blob, streamOf(randomBytes(size)));
    return blob;
  }
  const download = ({ client }: Someone, blob: RequestOf<'open_download'>['blob'], room: RoomId = LOUNGE) =>
    client.ask('open_download', { room, blob });
  const ticketOf = (bytes: Uint8Array) => world.relay.tickets.find(bytes);
  return { world, ada, bo, eve, open, whole, download, ticketOf };
}

describe('room for a file', () => {
  it('[FL3] is given again with another ticket and what is there, and nothing once it is whole', async () => {
    const { world, ada, open } = await scene();
    const blob = newBlob();
    const first = await open(ada, { blob });
    expect(first.offset).toBe(0);
    await world.relay.files.append(blob, streamOf(randomBytes(4)));
    const second = await open(ada, { blob });
    expect(second.offset).toBe(4);
    expect(second.ticket).not.toEqual(first.ticket);
    await world.relay.files.append(blob, streamOf(randomBytes(6)));
    expect((await open(ada, { blob })).offset).toBe(10);
  });

  it('[FL1] under an id that is another’s, or was another size or room, is refused', async () => {
    const { ada, bo, open } = await scene();
    const blob = newBlob();
    const room = await roomOf(ada);
    await open(ada, { blob });
    for (const other of [open(bo, { blob }), open(ada, { blob, size: 11 }), open(ada, { blob, room })])
      await expect(other).rejects.toMatchObject({ code: 'id_reused' });
  });

  it('[FL2] [LM1] is refused to one that is too large, before a byte, in words that say what is not', async () => {
    const { ada, open } = await scene({ fileSize: 1024 * 1024 * 3 });
    await expect(open(ada, { size: 3 * 1024 * 1024 + 1 })).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('3 MiB'),
    });
    expect((await open(ada, { size: 3 * 1024 * 1024 })).offset).toBe(0);
  });

  it('[FL2] [FL15] is refused when the quota is used, and given when something was taken back', async () => {
    const { ada, bo, open } = await scene({ fileQuota: 10_000 });
    const blob = newBlob();
    await open(ada, { blob, size: 1000 });
    await expect(open(ada, { size: 2000 })).rejects.toMatchObject({ code: 'quota_used' });
    expect((await open(bo, { size: 2000 })).offset).toBe(0);
    await ada.client.ask('drop_blob', { blob });
    expect((await open(ada, { size: 2000 })).offset).toBe(0);
  });

  it('[OP3] is for who has joined the room', async () => {
    const { ada, eve, open } = await scene();
    const room = await roomOf(ada);
    await expect(open(eve, { room })).rejects.toMatchObject({ code: 'not_a_member' });
    await expect(open(ada, { room: NOWHERE })).rejects.toMatchObject({ code: 'no_such_room' });
  });

  it('[LM2] is bounded in bytes for an address, over its people; asking again, and what is refused, costs none', async () => {
    const rates = { ...defaultSettings.rates, filesOfAddress: { burst: 1000, perSecond: 10 } };
    const { world, ada, bo, open } = await scene({ rates, fileQuota: 10_000 });
    const blob = newBlob();
    await open(ada, { blob, size: 600 });
    await open(ada, { blob, size: 600 });
    await expect(open(ada, { blob, size: 601 })).rejects.toMatchObject({ code: 'id_reused' });
    await expect(open(bo, { size: 500 })).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 10_000 });
    await open(ada, { size: 100 });
    await expect(open(ada, { size: 300 })).rejects.toMatchObject({ code: 'quota_used' });
    await open(bo, { size: 300 });
    const far = new Device('Di');
    await open(new Someone(far, await world.join(far, { address: '192.0.2.2' })), { size: 1000 });
    await world.clock.advance(10_000);
    await open(bo, { size: 100 });
    await expect(open(bo, { size: 1 })).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('[LM2] is asked for 120 times at once, then once a second', async () => {
    const { world, ada, open } = await scene();
    const blob = newBlob();
    for (let n = 0; n < 120; n += 1) await open(ada, { blob });
    await expect(open(ada, { blob })).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1000 });
    await world.clock.advance(1000);
    await open(ada, { blob });
  });
});

describe('a file', () => {
  it('[FL4] is for those in its room, and none elsewhere, before it is whole, or unknown', async () => {
    const { ada, bo, eve, open, whole, download, ticketOf } = await scene();
    const room = await roomOf(ada, bo);
    const blob = await whole(ada, { room });
    const { ticket, size } = await download(bo, blob, room);
    expect(size).toBe(10);
    expect(ticketOf(ticket)).toMatchObject({ direction: 'down', blob, identity: bo.identity });
    await expect(download(eve, blob, room)).rejects.toMatchObject({ code: 'not_a_member' });
    await expect(download(eve, blob)).rejects.toMatchObject({ code: 'no_such_blob' });
    await expect(download(ada, newBlob())).rejects.toMatchObject({ code: 'no_such_blob' });
    const half = newBlob();
    await open(ada, { blob: half });
    await expect(download(bo, half)).rejects.toMatchObject({ code: 'no_such_blob' });
  });

  it('[FL15] is taken back by its owner alone, and then gone for all, its bytes with it', async () => {
    const { world, ada, bo, whole, download } = await scene();
    const blob = await whole(ada);
    await ada.client.append('sealed', { blobs: [blob] });
    await expect(bo.client.ask('drop_blob', { blob })).rejects.toMatchObject({ code: 'no_such_blob' });
    expect((await download(bo, blob)).size).toBe(10);
    await ada.client.ask('drop_blob', { blob });
    await expect(download(bo, blob)).rejects.toMatchObject({ code: 'no_such_blob' });
    await expect(ada.client.ask('drop_blob', { blob })).rejects.toMatchObject({ code: 'no_such_blob' });
    expect(await world.storage.blobs.size(blob)).toBe(0);
  });

  it('[FL14] is named by a message of its owner’s in its room, else nothing is added or told', async () => {
    const { ada, bo, whole } = await scene();
    const blob = await whole(ada);
    await expect(bo.client.append('mine', { blobs: [blob] })).rejects.toMatchObject({ code: 'no_such_blob' });
    await expect(ada.client.append('none', { blobs: [newBlob()] })).rejects.toMatchObject({
      code: 'no_such_blob',
    });
    await ada.client.append('sealed', { blobs: [blob] });
    await bo.client.until(() => bo.client.texts[0]);
    expect(bo.client.texts).toEqual(['sealed']);
  });

  it('[FL14] is named once in a message, which is refused otherwise', async () => {
    const { ada, bo, whole } = await scene();
    const [blob, other] = [await whole(ada), await whole(ada)];
    await expect(ada.client.append('twice', { blobs: [blob, other, blob] })).rejects.toMatchObject({
      code: 'bad_request',
    });
    await ada.client.append('once', { blobs: [blob, other] });
    await bo.client.until(() => bo.client.texts[0]);
    expect(bo.client.texts).toEqual(['once']);
  });

  it('[FL16] that was given up while its last bytes came leaves none behind', async () => {
    const { world, ada, open } = await scene();
    const blob = newBlob();
    await open(ada, { blob });
    async function* late() {
      yield randomBytes(4);
      await ada.client.ask('drop_blob', { blob });
      yield randomBytes(6);
    }
    expect(await world.relay.files.append(blob, late())).toBeUndefined();
    expect(await world.storage.blobs.size(blob)).toBe(0);
  });
});

describe('a ticket', () => {
  it('[FL5] stands for an hour', async () => {
    const { world, ada, open, ticketOf } = await scene();
    const { ticket } = await open(ada);
    await world.clock.advance(HOUR - 1);
    expect(ticketOf(ticket)).toBeDefined();
    await world.clock.advance(1);
    expect(ticketOf(ticket)).toBeUndefined();
  });

  it('[FL5] outlives its session, and is one of 64 of its device, of which the oldest go', async () => {
    const { world, ada, bo, open, ticketOf } = await scene();
    const [first, bos] = [await open(ada), await open(bo)];
    const laptop = await Someone.enter(world, new Device('Ada', ada.device.identity));
    await laptop.client.join();
    const laptops = await open(laptop);
    ada.client.line?.close();
    const back = await Someone.enter(world, ada.device);
    await back.client.join();
    for (let n = 1; n < limits.tickets; n += 1) await open(back);
    expect(ticketOf(first.ticket)).toBeDefined();
    await open(back);
    expect(ticketOf(first.ticket)).toBeUndefined();
    for (const { ticket } of [bos, laptops]) expect(ticketOf(ticket)).toBeDefined();
  });

  it('[FL5] ends with the membership of the room, by leaving or by a removal, and those to other rooms stay', async () => {
    const { ada, bo, eve, open, whole, download, ticketOf } = await scene();
    const room = await roomOf(ada, bo, eve);
    const blob = await whole(ada, { room });
    const [bos, eves, elsewhere] = [
      await download(bo, blob, room),
      await download(eve, blob, room),
      await open(bo),
    ];
    await ada.commit(room, 1, { remove: [bo.identity] });
    await eve.client.ask('leave', { room });
    expect([bos, eves].map(({ ticket }) => ticketOf(ticket))).toEqual([undefined, undefined]);
    expect(ticketOf(elsewhere.ticket)).toBeDefined();
  });

  it('[FL5] ends when its identity signs out', async () => {
    const { ada, bo, open, ticketOf } = await scene();
    const [adas, bos] = [await open(ada), await open(bo)];
    await ada.client.ask('retire', {});
    expect(ticketOf(adas.ticket)).toBeUndefined();
    expect(ticketOf(bos.ticket)).toBeDefined();
  });

  it('[FL5] is not given to who was removed while it was asked for', async () => {
    const storage = memoryStorage();
    const { blobRecords } = storage;
    let removing: () => Promise<unknown> = async () => {};
    const find: typeof blobRecords.find = async (blob) => {
      await removing();
      return blobRecords.find(blob);
    };
    const world = new World(roomy, { ...storage, blobRecords: { ...blobRecords, find } });
    const [ada, bo] = await people(world, 'Ada', 'Bo');
    const room = await roomOf(ada, bo);
    const blob = newBlob();
    await ada.client.ask('open_upload', { room, blob, size: 1 });
    await world.relay.files.append(blob, streamOf(randomBytes(1)));
    removing = () => ada.commit(room, 1, { remove: [bo.identity] });
    await expect(bo.client.ask('open_download', { room, blob })).rejects.toMatchObject({
      code: 'not_a_member',
    });
  });
});

describe('the relay’s sweep', () => {
  it('[FL16] takes what is not whole, and what nobody names, after a day, and what is named after thirty', async () => {
    const { world, ada, bo, open, whole, download } = await scene();
    const half = newBlob();
    await open(ada, { blob: half });
    await world.relay.files.append(half, streamOf(randomBytes(4)));
    const [unnamed, named] = [await whole(ada), await whole(ada)];
    await ada.client.append('sealed', { blobs: [named] });
    const sizes = () => Promise.all([half, unnamed, named].map((blob) => world.storage.blobs.size(blob)));
    await world.clock.advance(DAY - TURN);
    expect(await sizes()).toEqual([4, 10, 10]);
    await world.clock.advance(2 * TURN);
    expect(await sizes()).toEqual([0, 0, 10]);
    expect(await open(ada, { blob: half })).toMatchObject({ offset: 0 });
    world.clock.wall += 29 * DAY - 2 * TURN;
    await world.clock.advance(TURN / 2);
    expect((await download(bo, named)).size).toBe(10);
    await world.clock.advance(3 * TURN);
    expect(await sizes()).toEqual([0, 0, 0]);
    await expect(download(bo, named)).rejects.toMatchObject({ code: 'no_such_blob' });
    expect(world.faults).toEqual([]);
  });

  it('[FL16] takes what no message names of who has signed out', async () => {
    const { world, ada, bo, whole, download } = await scene();
    const [unnamed, named] = [await whole(ada), await whole(ada)];
    await ada.client.append('sealed', { blobs: [named] });
    await ada.client.ask('retire', {});
    await world.clock.advance(TURN);
    await settle();
    expect(await world.storage.blobs.size(unnamed)).toBe(0);
    expect((await download(bo, named)).size).toBe(10);
  });

  it('[FL16] takes bytes that no record knows of, such as after a backup was put back', async () => {
    const storage = memoryStorage();
    const stray = newBlob();
    await storage.blobs.append(stray, streamOf(randomBytes(4)));
    const world = new World(roomy, storage);
    const ada = await Someone.enter(world, new Device('Ada'));
    const room = newRoom();
    await ada.client.ask('create_room', { room });
    await world.clock.advance(TURN);
    expect(await storage.blobs.size(stray)).toBe(0);
  });

  it('[FL16] goes on after a fault, with what it had condemned', async () => {
    const storage = memoryStorage();
    let broken = true;
    const drop: typeof storage.blobs.drop = async (blob) => {
      if (broken) throw new Error('the disk is away');
      await storage.blobs.drop(blob);
    };
    const world = new World(roomy, { ...storage, blobs: { ...storage.blobs, drop } });
    const ada = await Someone.enter(world, new Device('Ada'));
    await ada.client.join();
    const blob = newBlob();
    await ada.client.ask('open_upload', { room: LOUNGE, blob, size: 10 });
    await world.relay.files.append(blob, streamOf(randomBytes(4)));
    world.clock.wall += 2 * DAY;
    await world.clock.advance(TURN);
    expect(world.faults).toEqual([['letting go of files', expect.any(Error)]]);
    broken = false;
    await world.clock.advance(TURN);
    expect(await storage.blobs.size(blob)).toBe(0);
    expect(
      await storage.blobRecords.condemn({
        type: 'stale',
        unfinished: world.clock.now(),
        unnamed: world.clock.now(),
        any: world.clock.now(),
        limit: 9,
      }),
    ).toEqual([]);
  });
});
