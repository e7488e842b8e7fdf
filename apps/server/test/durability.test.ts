import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Epoch, LOUNGE, type Millis, type Seq, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { nodeClock } from '../src/adapters/node/clock.ts';
import { type SqliteStorage, sqliteStorage } from '../src/adapters/sqlite/storage.ts';
import { UnusableStorage } from '../src/adapters/sqlite/unusable.ts';
import type { Draft } from '../src/ports/log.ts';
import { newBlob, streamOf } from './support/blobs.ts';
import { claimOf } from './support/claim.ts';
import { temporaryFolder } from './support/folder.ts';
import { Device, newMessageId, randomBytes } from './support/keys.ts';
import { RelayProcess } from './support/process.ts';
import { newRoom } from './support/room.ts';
import { SocketClient } from './support/socket.ts';

const clock = nodeClock(() => {});

function open(
  folder: string,
  more: Partial<Parameters<typeof sqliteStorage>[0]> = {},
): Promise<SqliteStorage> {
  return sqliteStorage({ folder, clock, leaveFree: 0, ...more });
}

const ada = new Device('Ada');

function draft(frame = utf8('x')): Draft {
  return {
    room: LOUNGE,
    kind: 'message',
    sender: ada.id,
    identity: ada.identityId,
    id: newMessageId(),
    epoch: 0 as Epoch,
    at: 1 as Millis,
    frame,
  };
}

const everything = {
  room: LOUNGE,
  side: 'after',
  seq: 0 as Seq,
  limit: 1_000_000,
  handshakes: false,
  bytes: 1e12,
} as const;

describe('kill -9', () => {
  it('[LG3] loses nothing that was acknowledged and shows nothing twice, five times over', async () => {
    const folder = temporaryFolder();
    const device = new Device('Ada');
    const acked = new Map<string, number>();
    const args = [
      '--port',
      '0',
      '--data-dir',
      folder,
      '--append-burst',
      '1000000',
      '--append-rate',
      '1000000',
      '--log-level',
      'silent',
    ];
    let unsure: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const relay = new RelayProcess(args);
      const client = new SocketClient(await relay.url());
      await client.auth(device);
      await client.join();
      for (const id of unsure) acked.set(id, (await client.append(id, { id: id as never })).seq);
      unsure = [];
      const before = acked.size;
      const appending = Promise.allSettled(
        Array.from({ length: 3000 }, () => newMessageId(round + 1)).map(async (id) => {
          unsure.push(id);
          const { seq } = await client.append(id, { id });
          acked.set(id, seq);
          unsure = unsure.filter((other) => other !== id);
        }),
      );
      await client.until(() => (acked.size > before + 200 + round * 100 ? true : undefined));
      await relay.kill();
      await appending;
    }
    const storage = await open(folder);
    const page = await storage.log.read(everything);
    await storage.close();
    const ids = page?.entries.map(({ id }) => id) ?? [];
    expect(page?.entries.map(({ seq }) => seq)).toEqual(ids.map((_, n) => n + 1));
    expect(new Set(ids).size).toBe(ids.length);
    for (const [id, seq] of acked) expect(ids[seq - 1]).toBe(id);
    expect(acked.size).toBeGreaterThan(1000);
  }, 120_000);
});

describe('a folder', () => {
  it('is one relay’s: a second one is refused in words, and let in when the first has gone', async () => {
    const folder = temporaryFolder();
    const first = new RelayProcess(['--port', '0', '--data-dir', folder]);
    await first.url();
    const second = new RelayProcess(['--port', '0', '--data-dir', folder]);
    expect(await second.exit()).toBe(1);
    expect(second.output).toContain(`Another Aurora (process ${first.child.pid}) is using ${folder}`);
    await first.kill();
    const third = new RelayProcess(['--port', '0', '--data-dir', folder]);
    await third.url();
    third.child.kill('SIGTERM');
    expect(await third.exit()).toBe(0);
  }, 30_000);

  it('that cannot be written is refused in words', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(open(file)).rejects.toThrow(/cannot write its data to .*--data-dir/);
    if (process.getuid?.() === 0) return;
    chmodSync(folder, 0o500);
    await expect(open(folder)).rejects.toThrow(UnusableStorage);
  });

  it('with a damaged database is refused in words, and nothing in it is changed', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'aurora.db');
    writeFileSync(path, randomBytes(8192));
    await expect(open(folder)).rejects.toThrow(/aurora\.db is damaged .*--restored/);
    const torn = temporaryFolder();
    const storage = await open(torn);
    await storage.directory.claim(claimOf(ada));
    for (let n = 0; n < 200; n += 1) await storage.log.append(draft(randomBytes(500)));
    await storage.close();
    const file = openSync(join(torn, 'aurora.db'), 'r+');
    for (let page = 4; page < 20; page += 1) writeSync(file, randomBytes(4096), 0, 4096, page * 4096);
    closeSync(file);
    await expect(open(torn)).rejects.toThrow(/is damaged/);
  });

  it('is read through after a crash, and a large one after a clean stop is not', async () => {
    const folder = temporaryFolder();
    const tear = () => {
      const file = openSync(join(folder, 'aurora.db'), 'r+');
      for (let page = 20; page < 24; page += 1) writeSync(file, randomBytes(4096), 0, 4096, page * 4096);
      closeSync(file);
    };
    const storage = await open(folder);
    await storage.directory.claim(claimOf(ada));
    for (let n = 0; n < 200; n += 1) await storage.log.append(draft(randomBytes(500)));
    await storage.close();
    tear();
    const large = await open(folder, { checkedAlways: 0 });
    const crashed = temporaryFolder();
    for (const name of ['aurora.db', 'aurora.db-wal']) copyFileSync(join(folder, name), join(crashed, name));
    await large.close();
    await expect(open(crashed, { checkedAlways: 0 })).rejects.toThrow(/is damaged/);
    await expect(open(folder, { checkedAlways: 0, restored: true })).rejects.toThrow(/is damaged/);
  });

  it('is of the format before: goes on with it, and files can be sent from now on', async () => {
    const folder = temporaryFolder();
    const room = newRoom();
    const before = await open(folder);
    await before.directory.claim(claimOf(ada));
    await before.privateRooms.create(room, ada.identityId);
    await before.close();
    const db = new DatabaseSync(join(folder, 'aurora.db'));
    db.exec('DROP TABLE blobs; PRAGMA user_version = 3');
    db.close();
    const blob = newBlob();
    const owner = ada.identityId;
    for (let start = 0; start < 2; start += 1) {
      const after = await open(folder);
      expect(await after.members.hasJoined(room, ada.identityId)).toBe(true);
      const made = { blob, room, owner, size: 1, created: 1 as Millis, quota: 1e6 };
      expect(await after.blobRecords.open(made)).toMatchObject({ status: 'open' });
      await after.close();
    }
  });

  it('[LG12] keeps its generation, until it is said to be restored', async () => {
    const folder = temporaryFolder();
    const generation = async (more = {}) => {
      const storage = await open(folder, more);
      const head = await storage.log.head(LOUNGE);
      await storage.close();
      return [head?.generation, storage.serverId];
    };
    const first = await generation();
    expect(await generation()).toEqual(first);
    const [restored, serverId] = await generation({ restored: true });
    expect(restored).not.toBe(first[0]);
    expect(serverId).toEqual(first[1]);
    const backup = temporaryFolder();
    mkdirSync(backup, { recursive: true });
    copyFileSync(join(folder, 'aurora.db'), join(backup, 'aurora.db'));
    const storage = await open(backup, { restored: true });
    expect((await storage.log.head(LOUNGE))?.generation).not.toBe(restored);
    await storage.close();
  });
});

describe('a full disk', () => {
  it('[FL2] has no room for a file that is larger than what is left of it', async () => {
    const storage = await open(temporaryFolder(), { leaveFree: 0 });
    await storage.directory.claim(claimOf(ada));
    const file = { blob: newBlob(), room: LOUNGE, owner: ada.identityId, created: 1 as Millis, quota: 1e15 };
    await expect(storage.blobRecords.open({ ...file, size: 9e14 })).rejects.toMatchObject({ fault: 'full' });
    expect(await storage.blobRecords.open({ ...file, size: 1 })).toMatchObject({ status: 'open' });
    await storage.close();
  });

  it('[LM6] [FL2] [FL17] has room for what is said when it has none left for files', async () => {
    const folder = temporaryFolder();
    const { bavail, blocks } = statfsSync(folder);
    const storage = await open(folder, { leaveFree: (0.7 * bavail) / blocks });
    await storage.directory.claim(claimOf(ada));
    expect(await storage.log.append(draft())).toMatchObject({ status: 'appended' });
    const file = { blob: newBlob(), room: LOUNGE, owner: ada.identityId, created: 1 as Millis, quota: 1e15 };
    await expect(storage.blobRecords.open({ ...file, size: 1 })).rejects.toMatchObject({ fault: 'full' });
    await expect(storage.blobs.append(file.blob, streamOf(randomBytes(9)))).rejects.toMatchObject({
      fault: 'full',
    });
    expect(await storage.blobs.size(file.blob)).toBe(0);
    expect(storage.full()).toBe(false);
    await storage.close();
    const roomier = await open(folder, { leaveFree: (0.3 * bavail) / blocks });
    expect(await roomier.blobRecords.open({ ...file, size: 1 })).toMatchObject({ status: 'open' });
    expect(await roomier.blobs.append(file.blob, streamOf(randomBytes(1)))).toBe(1);
    await roomier.close();
  });

  it('[LM6] refuses to write, acknowledges nothing that it has not kept, and goes on reading', async () => {
    const folder = temporaryFolder();
    const storage = await open(folder, { maxPages: 100 });
    await storage.directory.claim(claimOf(ada));
    const outcomes = [];
    for (let n = 0; n < 60; n += 1) {
      outcomes.push(await storage.log.append(draft(randomBytes(8000))).catch((error: unknown) => error));
    }
    const kept = outcomes.filter((outcome) => !(outcome instanceof Error)).length;
    expect(outcomes.at(-1)).toMatchObject({ name: 'StorageError', fault: 'full' });
    expect(storage.healthy()).toBe(false);
    const page = await storage.log.read(everything);
    expect(page?.entries).toHaveLength(kept);
    expect(kept).toBeGreaterThan(10);
    await storage.close();
    const roomier = await open(folder);
    expect(await roomier.log.append(draft())).toMatchObject({ status: 'appended', seq: kept + 1 });
    expect(roomier.healthy()).toBe(true);
    await roomier.close();
  });

  it('[LM6] is one with less free than is to be left, and then only what frees space is written', async () => {
    const storage = await open(temporaryFolder(), { leaveFree: 1 });
    await expect(storage.log.append(draft())).rejects.toMatchObject({ fault: 'full' });
    const owner = ada.identityId;
    const file = { blob: newBlob(), room: LOUNGE, owner, size: 1, created: 1 as Millis, quota: 1e6 };
    await expect(storage.blobRecords.open(file)).rejects.toMatchObject({ fault: 'full' });
    await storage.blobRecords.condemn({ type: 'own', blob: file.blob, owner });
    expect(await storage.log.head(LOUNGE)).toMatchObject({ seq: 0 });
    await storage.directory.retire(new Device('Ada').identityId);
    expect(storage.full()).toBe(true);
    await storage.close();
  });
});
