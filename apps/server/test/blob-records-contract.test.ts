import { type BlobId, type Epoch, LOUNGE, limits, type Millis, type RoomId, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import type { NewBlob } from '../src/ports/blob-records.ts';
import type { Draft } from '../src/ports/log.ts';
import { newBlob } from './support/blobs.ts';
import { claimOf } from './support/claim.ts';
import { Device, newMessageId } from './support/keys.ts';
import { newRoom } from './support/room.ts';
import { storages } from './support/storages.ts';

const [ada, bo] = [new Device('Ada'), new Device('Bo')] as const;
const PLENTY = 1e12;
/** What each file is counted with besides its bytes. */
const COST = 4096;

function blobOf(more: Partial<NewBlob> = {}): NewBlob {
  const owner = ada.identityId;
  return { blob: newBlob(), room: LOUNGE, owner, size: 100, created: 1000 as Millis, quota: PLENTY, ...more };
}

function draft(more: Partial<Draft> = {}): Draft {
  return {
    room: LOUNGE,
    kind: 'message',
    sender: ada.id,
    identity: ada.identityId,
    id: newMessageId(),
    epoch: 0 as Epoch,
    at: 1 as Millis,
    frame: utf8('sealed'),
    ...more,
  };
}

describe.each(storages)('records of files in %s', (_name, openStorage) => {
  async function scene() {
    const storage = await openStorage();
    for (const one of [ada, bo]) await storage.directory.claim(claimOf(one));
    const { blobRecords: records } = storage;
    return {
      ...storage,
      records,
      async made(more: Partial<NewBlob> = {}): Promise<BlobId> {
        const blob = blobOf(more);
        expect((await records.open(blob)).status).toBe('open');
        return blob.blob;
      },
      async whole(more: Partial<NewBlob> = {}): Promise<BlobId> {
        const blob = blobOf(more);
        await records.open(blob);
        expect(await records.complete(blob.blob)).toBe(true);
        return blob.blob;
      },
      sweep: ({ unfinished = 0, unnamed = 0, any = 0, limit = 99 }) =>
        records.condemn({
          type: 'stale',
          unfinished: unfinished as Millis,
          unnamed: unnamed as Millis,
          any: any as Millis,
          limit,
        }),
      own: (blob: BlobId, owner = ada.identityId) => records.condemn({ type: 'own', blob, owner }),
    };
  }

  it('[FL1] [FL3] are made once, and found again as they were made', async () => {
    const { records } = await scene();
    const blob = blobOf();
    const { quota: _, ...known } = blob;
    const record = { ...known, whole: false, named: false };
    expect(await records.open(blob)).toEqual({ status: 'open', record });
    expect(await records.open({ ...blob, created: 2000 as Millis })).toEqual({ status: 'open', record });
    expect(await records.find(blob.blob)).toEqual(record);
    expect(await records.complete(blob.blob)).toBe(true);
    expect(await records.open(blob)).toEqual({ status: 'open', record: { ...record, whole: true } });
    expect(await records.find(newBlob())).toBeUndefined();
    expect(await records.complete(newBlob())).toBe(false);
  });

  it.each([
    ['owner', { owner: bo.identityId }],
    ['size', { size: 101 }],
    ['room', { room: newRoom() }],
  ])('[FL1] keep their %s, and an id that stands for another is taken', async (_what, other) => {
    const { records } = await scene();
    const blob = blobOf();
    await records.open(blob);
    expect(await records.open({ ...blob, ...other })).toEqual({ status: 'taken' });
    expect(await records.find(blob.blob)).toMatchObject({ owner: ada.identityId, size: 100, room: LOUNGE });
  });

  it('are nobody’s who has signed out', async () => {
    const { records, directory } = await scene();
    await directory.retire(ada.identityId);
    expect(await records.open(blobOf())).toEqual({ status: 'gone' });
  });

  it('[FL2] count each with 4 KiB more, up to the owner’s quota, and others’ not at all', async () => {
    const { records, made } = await scene();
    await made({ owner: bo.identityId, size: 1e9 });
    await made({ size: 1000 });
    const quota = 2 * COST + 3000;
    expect(await records.open(blobOf({ size: 2001, quota }))).toEqual({ status: 'quota_used' });
    const last = blobOf({ size: 2000, quota });
    expect((await records.open(last)).status).toBe('open');
    expect((await records.open(last)).status).toBe('open');
    expect(await records.open(blobOf({ size: 1, quota }))).toEqual({ status: 'quota_used' });
  });

  it('[FL2] are at most so many of one identity, however small', async () => {
    const { records, made } = await scene();
    await Promise.all(Array.from({ length: limits.blobsOfIdentity }, () => made({ size: 1 })));
    expect(await records.open(blobOf({ size: 1 }))).toEqual({ status: 'quota_used' });
    expect((await records.open(blobOf({ owner: bo.identityId }))).status).toBe('open');
  }, 60_000);

  it('[FL15] are taken back by their owner alone, and give the quota back at once', async () => {
    const { records, made, own } = await scene();
    const quota = COST + 1000;
    const blob = blobOf({ size: 1000, quota });
    await records.open(blob);
    expect(await own(blob.blob, bo.identityId)).toEqual([]);
    expect(await records.find(blob.blob)).toBeDefined();
    expect(await own(blob.blob)).toEqual([blob.blob]);
    expect(await own(blob.blob)).toEqual([]);
    expect(await records.find(blob.blob)).toBeUndefined();
    expect(await records.complete(blob.blob)).toBe(false);
    await made({ size: 1000, quota });
  });

  it('[FL1] that were given up leave their id taken until their bytes are gone', async () => {
    const { records, own } = await scene();
    const blob = blobOf();
    await records.open(blob);
    await own(blob.blob);
    expect(await records.open(blob)).toEqual({ status: 'taken' });
    await records.forget([blob.blob]);
    expect((await records.open(blob)).status).toBe('open');
    await records.forget([blob.blob]);
    expect(await records.find(blob.blob)).toBeDefined();
  });

  it('[FL16] go when they are not whole, or not named, or too old, each by its own time', async () => {
    const { log, records, made, whole, sweep } = await scene();
    const at = (created: number) => ({ created: created as Millis });
    const half = await made(at(2000));
    const unnamed = await whole(at(2000));
    const named = await whole(at(2000));
    expect(await log.append(draft({ blobs: [named] }))).toMatchObject({ status: 'appended' });
    expect(await sweep({ unfinished: 2000, unnamed: 2000, any: 2000 })).toEqual([]);
    expect(await sweep({ unfinished: 2001 })).toEqual([half]);
    await records.forget([half]);
    expect(await sweep({ unfinished: 2001, unnamed: 2001 })).toEqual([unnamed]);
    await records.forget([unnamed]);
    expect(await sweep({ unfinished: 9999, unnamed: 9999, any: 2000 })).toEqual([]);
    expect(await records.find(named)).toMatchObject({ named: true });
    expect(await sweep({ any: 2001 })).toEqual([named]);
  });

  it('[FL16] go a bounded number at a time, and are told again until they are forgotten', async () => {
    const { records, made, sweep } = await scene();
    for (let n = 0; n < 5; n += 1) await made({ created: n as Millis });
    const gone = new Set<BlobId>();
    for (const size of [2, 2, 1, 0]) {
      const some = await sweep({ any: 99, limit: 2 });
      expect(some).toHaveLength(size);
      expect(await sweep({ any: 0, limit: 2 })).toEqual(some);
      for (const blob of some) gone.add(blob);
      await records.forget(some);
      const still = await sweep({ any: 0, limit: 99 });
      await records.forget(still);
      for (const blob of still) gone.add(blob);
    }
    expect(gone.size).toBe(5);
  });

  it('[FL16] go with their owner, but for those that a message names', async () => {
    const { log, directory, records, made, whole, sweep } = await scene();
    const [half, unnamed, named] = [await made(), await whole(), await whole()];
    const bos = await whole({ owner: bo.identityId });
    await log.append(draft({ blobs: [named] }));
    await directory.retire(ada.identityId);
    expect((await sweep({})).toSorted()).toEqual([half, unnamed].toSorted());
    for (const blob of [named, bos]) expect(await records.find(blob)).toBeDefined();
  });

  it('[FL14] are named by an entry in its own transaction', async () => {
    const { log, records, whole } = await scene();
    const blobs = [await whole(), await whole()];
    const entry = draft({ blobs });
    expect(await log.append(entry)).toMatchObject({ status: 'appended', seq: 1 });
    for (const blob of blobs) expect(await records.find(blob)).toMatchObject({ named: true });
    expect(await log.append(entry)).toMatchObject({ status: 'duplicate', seq: 1 });
    expect(await log.append(draft({ blobs }))).toMatchObject({ status: 'appended', seq: 2 });
  });

  it('[FL14] that are another’s, half there, of another room, gone or unknown cannot be named, and nothing is added', async () => {
    const { log, records, made, whole, own, privateRooms } = await scene();
    const room = newRoom();
    await privateRooms.create(room, ada.identityId);
    const gone = await whole();
    await own(gone);
    const fine = await whole();
    const wrong = [
      await whole({ owner: bo.identityId }),
      await made(),
      await whole({ room }),
      gone,
      newBlob(),
    ];
    for (const blob of wrong)
      expect(await log.append(draft({ blobs: [fine, blob] }))).toEqual({ status: 'no_such_blob' });
    expect(await records.find(fine)).toMatchObject({ named: false });
    expect(await log.head(LOUNGE)).toMatchObject({ seq: 0 });
    expect(await log.append(draft({ room, blobs: [fine] }))).toEqual({ status: 'no_such_blob' });
  });

  it('[FL14] [LG6] are asked about after the id and the epoch, and not by who has no credential', async () => {
    const { log, records, whole, own } = await scene();
    const blob = await whole();
    const entry = draft({ blobs: [blob] });
    await log.append(entry);
    await own(blob);
    expect(await log.append(entry)).toMatchObject({ status: 'duplicate' });
    const late = draft({ blobs: [blob], epoch: 7 as Epoch });
    expect(await log.append(late)).toMatchObject({ status: 'stale_epoch' });
    const other = await whole();
    const nobody = draft({ blobs: [other], sender: new Device('Nobody').id });
    expect(await log.append(nobody)).toEqual({ status: 'no_credential' });
    expect(await records.find(other)).toMatchObject({ named: false });
    expect(await log.append(draft({ room: 'ee'.repeat(16) as RoomId }))).toEqual({ status: 'no_such_room' });
  });
});
