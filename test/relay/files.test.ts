import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { memoryDepot, memoryVault, type OutgoingFile } from '@aurora/chat';
import { LOUNGE } from '@aurora/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bytesOf,
  fetched,
  fileNamed,
  filesOf,
  fileWays,
  filled,
  type Gate,
  outgoing,
  standing,
} from '../support/filing.ts';
import { type Headless, headless, messages, ready } from '../support/headless.ts';
import { isIn, personOf, reads, statusOf } from '../support/private.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

const MIB = 1024 * 1024;

let relay: RelayProcess;
let here: Headless[] = [];

interface Person extends Headless {
  readonly gate: Gate;
  /** As if the page was closed and opened again; a file that was not read to its end is lost to it. */
  reload(): Promise<Person>;
}

async function enter(
  nickname: string | null,
  kept = { vault: memoryVault(), depot: memoryDepot(2 ** 32) },
): Promise<Person> {
  const files = fileWays(relay, kept.depot);
  const somebody = await headless(relay, nickname, { files, vault: kept.vault });
  here.push(somebody);
  await ready(somebody);
  return {
    ...somebody,
    gate: files.gate,
    async reload() {
      somebody.stop();
      return enter(null, kept);
    },
  };
}

const send = (from: Person, text: string, ...files: OutgoingFile[]) =>
  from.client.sendFiles(LOUNGE, text, files);

const same = (bytes: Buffer, content: Uint8Array) =>
  expect(Buffer.compare(bytes, Buffer.from(content))).toBe(0);

/** Where the relay keeps the bytes of a file. */
async function blobFile(blob: string): Promise<string> {
  const all = await readdir(relay.dataDir, { recursive: true });
  const found = all.find((path) => path.includes(blob));
  if (found === undefined) throw new Error(`the relay keeps no ${blob}`);
  return join(relay.dataDir, found);
}

/** As after a time that is longer than files are kept. */
async function relayForgetsFiles(): Promise<void> {
  await relay.interrupt();
  const database = new DatabaseSync(join(relay.dataDir, 'aurora.db'));
  database.exec('DELETE FROM blobs');
  database.close();
  await relay.restart();
}

beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  for (const { stop } of here) stop();
  here = [];
  await relay.dispose();
});

/** On a disk that does not answer after a while. */
class Unreadable extends Blob {
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({ pull: () => new Promise(() => {}) });
  }
}

/** Cut short by somebody while it is read. */
class Shrinking extends Blob {
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.slice(0, this.size / 2).stream();
  }
}

describe('a file', () => {
  it.each([0, 1, MIB - 1, MIB, MIB + 1, 20 * MIB + 5])('of %i bytes arrives as it was', async (size) => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    const content = filled(size);
    await send(ada, 'look', outgoing(content, 'northern lights.bin'));
    same(await fetched(bo, 'northern lights.bin'), content);
    expect(messages(bo).at(-1)).toMatchObject({ text: 'look', author: { nickname: 'Ada' } });
  });

  it('that packs well is packed on its way, and comes out as it was', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    const content = new TextEncoder().encode('the northern lights over the fjord\n'.repeat(300_000));
    await send(ada, '', outgoing(content, 'story.txt', 'text/plain'));
    const { file } = await fileNamed(bo, 'story.txt');
    expect(file).toMatchObject({ size: content.length, type: 'text/plain', transfer: { status: 'offered' } });
    expect((await stat(await blobFile(file.blob))).size).toBeLessThan(content.length / 20);
    same(await fetched(bo, 'story.txt'), content);
  });

  it('waits for whoever is away, and is there when they come', async () => {
    const ada = await enter('Ada');
    const bo = await enter('Bo');
    bo.stop();
    const content = filled(3 * MIB);
    await send(ada, 'for later', outgoing(content, 'later.bin'));
    await until('it is sent', () => messages(ada).at(-1)?.delivery.status === 'sent');
    ada.stop();
    same(await fetched(await bo.reload(), 'later.bin'), content);
  });

  it('comes with others, in their order, in one message; small ones stay with whoever sent them', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    const contents = [filled(10, 1), filled(2 * MIB, 2), filled(100, 3)];
    await send(ada, 'three', ...contents.map((content, at) => outgoing(content, `${at}.bin`)));
    for (const [at, content] of contents.entries()) same(await fetched(bo, `${at}.bin`), content);
    expect((await filesOf(bo)).map(({ file }) => file.name)).toEqual(['0.bin', '1.bin', '2.bin']);
    for (const { place, file } of await filesOf(ada)) {
      expect(file.transfer).toEqual({ status: 'held' });
      expect((await bytesOf(ada, place)).length).toBe(file.size);
    }
  });

  it('is rejected by one and taken by another; who thinks again gets it', async () => {
    const [ada, bo, cleo] = [await enter('Ada'), await enter('Bo'), await enter('Cleo')];
    const content = filled(MIB);
    await send(ada, '', outgoing(content, 'a.bin'));
    const { place, file } = await fileNamed(bo, 'a.bin');
    await bo.client.rejectFile(place, true);
    await standing(bo, file.blob, 'rejected');
    same(await fetched(cleo, 'a.bin'), content);
    const again = await bo.reload();
    await standing(again, file.blob, 'rejected');
    await again.client.rejectFile(place, false);
    await standing(again, file.blob, 'offered');
    same(await fetched(again, 'a.bin'), content);
  });
});

describe('a file on its way up', () => {
  it('stops for a pause, also over a reload, and goes on from there', async () => {
    let ada = await enter('Ada');
    const bo = await enter('Bo');
    const content = filled(30 * MIB);
    ada.gate.close(10 * MIB);
    await send(ada, '', outgoing(content, 'a.bin'));
    await ada.gate.reached();
    const { place, file } = await fileNamed(ada, 'a.bin');
    expect(file.transfer).toMatchObject({ status: 'moving', total: content.length });
    await ada.client.files().then((files) => files.steer(place, 'pause'));
    ada.gate.open();
    await standing(ada, file.blob, 'paused');
    expect(messages(bo)).toEqual([]);
    await until('it is read', async () =>
      JSON.stringify(
        await ada.vault.range('transfers', { from: '', to: '~', limit: 1, newestFirst: false }),
      ).includes('"hash":{'),
    );
    ada = await ada.reload();
    const { file: paused } = await standing(ada, file.blob, 'paused');
    if (paused.transfer.status !== 'paused') throw new Error('it is paused');
    expect(paused.transfer.done).toBeGreaterThan(7 * MIB);
    await ada.client.files().then((files) => files.steer(place, 'resume'));
    same(await fetched(bo, 'a.bin'), content);
  });

  it('survives a relay that is killed, and a page that is closed', async () => {
    let ada = await enter('Ada');
    const bo = await enter('Bo');
    const content = filled(30 * MIB);
    ada.gate.close(10 * MIB);
    await send(ada, 'twice', outgoing(content, 'a.bin'));
    await ada.gate.reached();
    await relay.kill();
    await relay.restart();
    ada.gate.close(20 * MIB);
    await ada.gate.reached();
    ada = await ada.reload();
    same(await fetched(bo, 'a.bin'), content);
    expect(messages(bo)).toHaveLength(1);
    await until('it is sent', () => messages(ada).at(-1)?.delivery.status === 'sent');
  });

  it('that was attached without a line is read meanwhile, and goes after a reload', async () => {
    let ada = await enter('Ada');
    const bo = await enter('Bo');
    await relay.kill();
    const content = filled(3 * MIB);
    await send(ada, 'later', outgoing(content, 'a.bin'));
    const { file } = await fileNamed(ada, 'a.bin');
    await until('it is read', async () =>
      (await ada.vault.range('transfers', { from: '', to: '~', limit: 1, newestFirst: false })).some((one) =>
        JSON.stringify(one).includes('"hash":{'),
      ),
    );
    ada.stop();
    await relay.restart();
    ada = await ada.reload();
    same(await fetched(bo, 'a.bin'), content);
    await standing(ada, file.blob, 'held');
  });

  it('that was not read to its end says so after a reload, and is dropped by hand', async () => {
    let ada = await enter('Ada');
    ada.gate.close(0);
    await send(ada, '', { ...outgoing(filled(0), 'a.bin'), content: new Unreadable([filled(3 * MIB)]) });
    ada = await ada.reload();
    const [shown] = await filesOf(ada);
    if (shown === undefined) throw new Error('nothing is shown');
    const { file, place } = await standing(ada, shown.file.blob, 'failed');
    expect(file.transfer).toMatchObject({ failure: { code: 'file_unread' }, again: false });
    await ada.client.files().then((files) => files.steer(place, 'cancel'));
    await until('it is gone', async () => (await filesOf(ada)).length === 0);
  });

  it('is given up: the message goes with the others, or not at all', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    ada.gate.close(0);
    await send(ada, 'two', outgoing(filled(10), 'a.bin'), outgoing(filled(MIB), 'b.bin'));
    await send(ada, 'none', outgoing(filled(10), 'c.bin'));
    const files = await ada.client.files();
    await files.steer((await fileNamed(ada, 'b.bin')).place, 'cancel');
    await files.steer((await fileNamed(ada, 'c.bin')).place, 'cancel');
    ada.gate.open();
    await fileNamed(bo, 'a.bin');
    await ada.say('after');
    await until('it comes', () => messages(bo).some(({ text }) => text === 'after'));
    expect(messages(bo).map(({ text, files: all }) => [text, all.map(({ name }) => name)])).toEqual([
      ['two', ['a.bin']],
      ['after', []],
    ]);
  });

  it('that is at the relay, with its message on its way, is not given up any more', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    await send(ada, 'gone already', outgoing(filled(MIB), 'a.bin'));
    await fileNamed(bo, 'a.bin');
    const { place } = await fileNamed(ada, 'a.bin');
    await ada.client.files().then((files) => files.steer(place, 'cancel'));
    await ada.client.discard(LOUNGE, place.id);
    expect((await fetched(bo, 'a.bin')).length).toBe(MIB);
  });

  it('holds up no words that are said after it', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    ada.gate.close(0);
    await send(ada, 'slow', outgoing(filled(10), 'a.bin'));
    await ada.say('quick');
    await until('it comes', () => messages(bo).some(({ text }) => text === 'quick'));
    ada.gate.open();
    await fileNamed(bo, 'a.bin');
  });

  it('that changed while it was read is not sent', async () => {
    const ada = await enter('Ada');
    await send(ada, '', { ...outgoing(filled(0), 'a.bin'), content: new Shrinking([filled(5 * MIB)]) });
    const { file } = await standing(ada, (await fileNamed(ada, 'a.bin')).file.blob, 'failed');
    expect(file.transfer).toMatchObject({ failure: { code: 'file_changed' }, again: false });
  });
});

describe('a file on its way down', () => {
  it('survives a relay that is killed, and a page that is closed', async () => {
    const ada = await enter('Ada');
    let bo = await enter('Bo');
    const content = filled(30 * MIB);
    await send(ada, '', outgoing(content, 'a.bin'));
    const { place, file } = await fileNamed(bo, 'a.bin');
    bo.gate.close(12 * MIB);
    await bo.client.acceptFile(place);
    await bo.gate.reached();
    await relay.kill();
    bo.gate.open();
    await relay.restart();
    bo.gate.close(20 * MIB);
    await bo.gate.reached();
    bo = await bo.reload();
    await standing(bo, file.blob, 'held');
    same(await bytesOf(bo, place), content);
  });

  it('stops for a pause, also over a reload, goes on from there, and is given up', async () => {
    const ada = await enter('Ada');
    let bo = await enter('Bo');
    const content = filled(30 * MIB);
    await send(ada, '', outgoing(content, 'a.bin'));
    const { place, file } = await fileNamed(bo, 'a.bin');
    bo.gate.close(12 * MIB);
    await bo.client.acceptFile(place);
    await bo.gate.reached();
    let files = await bo.client.files();
    await files.steer(place, 'pause');
    bo.gate.open();
    await standing(bo, file.blob, 'paused');
    bo = await bo.reload();
    const { file: paused } = await standing(bo, file.blob, 'paused');
    if (paused.transfer.status !== 'paused') throw new Error('it is paused');
    expect(paused.transfer.done).toBeGreaterThan(7 * MIB);
    files = await bo.client.files();
    await files.steer(place, 'resume');
    await standing(bo, file.blob, 'held');
    await files.steer(place, 'cancel');
    await standing(bo, file.blob, 'offered');
    await expect(files.open(place)).rejects.toMatchObject({ failure: { code: 'file_gone' } });
    same(await fetched(bo, 'a.bin'), content);
  });

  it('comes to its end however often the line breaks, and fetches nothing twice', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    const content = filled(12 * MIB);
    await send(ada, '', outgoing(content, 'a.bin'));
    const { place, file } = await fileNamed(bo, 'a.bin');
    bo.gate.breakAfter(3 * MIB);
    await bo.client.acceptFile(place);
    await standing(bo, file.blob, 'held');
    same(await bytesOf(bo, place), content);
  });

  it('is accepted once, however often it is clicked, and is stopped by one click', async () => {
    const depot = memoryDepot(2 ** 32);
    const ada = await enter('Ada');
    const bo = await enter('Bo', { vault: memoryVault(), depot });
    await send(ada, '', outgoing(filled(20 * MIB), 'a.bin'));
    const { place, file } = await fileNamed(bo, 'a.bin');
    bo.gate.close(12 * MIB);
    await Promise.all([
      bo.client.acceptFile(place),
      bo.client.acceptFile(place),
      bo.client.acceptFile(place),
    ]);
    await bo.gate.reached();
    const files = await bo.client.files();
    const stopped = files.steer(place, 'cancel');
    bo.gate.open();
    await stopped;
    await standing(bo, file.blob, 'offered');
    expect(await depot.files()).toEqual([]);
    await bo.client.acceptFile(place);
    await standing(bo, file.blob, 'held');
    expect((await bytesOf(bo, place)).length).toBe(20 * MIB);
  });

  it('whose bytes this device lost is offered again when somebody wants to read it', async () => {
    const depot = memoryDepot(2 ** 32);
    const ada = await enter('Ada');
    const bo = await enter('Bo', { vault: memoryVault(), depot });
    const content = filled(MIB);
    await send(ada, '', outgoing(content, 'a.bin'));
    await fetched(bo, 'a.bin');
    const { place, file } = await fileNamed(bo, 'a.bin');
    await depot.wipe();
    await expect(bytesOf(bo, place)).rejects.toMatchObject({ failure: { code: 'file_gone' } });
    await standing(bo, file.blob, 'offered');
    same(await fetched(bo, 'a.bin'), content);
  });

  it('that failed is not fetched by itself after a reload', async () => {
    const ada = await enter('Ada');
    let bo = await enter('Bo');
    await send(ada, '', outgoing(filled(10), 'a.bin'));
    const { place, file } = await fileNamed(bo, 'a.bin');
    await relayForgetsFiles();
    await bo.client.acceptFile(place);
    await standing(bo, file.blob, 'failed');
    bo = await bo.reload();
    await standing(bo, file.blob, 'offered');
  });

  it('that the relay has no more is gone, and it is said', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    await send(ada, '', outgoing(filled(10), 'a.bin'));
    const { place, file } = await fileNamed(bo, 'a.bin');
    await relayForgetsFiles();
    await bo.client.acceptFile(place);
    const { file: failed } = await standing(bo, file.blob, 'failed');
    expect(failed.transfer).toMatchObject({ failure: { code: 'file_gone' }, again: false });
  });
});

describe('small pictures', () => {
  const picture = (name: string, size = 1000) => outgoing(filled(size), name, 'image/png');
  const meet = async (one: Person, other: Person) => {
    const room = await one.client.conversations.openDirect(personOf(other));
    await isIn(one, room);
    await until('it is open there', () => other.view(room) !== undefined);
    await isIn(other, room);
    return room;
  };

  it('come by themselves from people one talks with, in the room where one does and in the Lounge', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    const room = await meet(ada, bo);
    await bo.say('who are you?', room);
    await reads(ada, room, 'who are you?');
    for (const where of [room, LOUNGE]) {
      await ada.client.sendFiles(where, '', [picture('me.png')]);
      const { file } = await fileNamed(bo, 'me.png', where);
      await standing(bo, file.blob, 'held', where);
    }
  });

  it('do not come from strangers, nor large ones, nor other files, nor for whoever wants none', async () => {
    const [ada, bo] = [await enter('Ada'), await enter('Bo')];
    const room = await meet(ada, bo);
    await ada.client.sendFiles(room, '', [picture('stranger.png')]);
    await ada.client.sendFiles(LOUNGE, '', [picture('lounge.png')]);
    await fileNamed(bo, 'lounge.png');
    await fileNamed(bo, 'stranger.png', room);
    await bo.say('hello', room);
    await reads(ada, room, 'hello');
    await ada.client.sendFiles(room, '', [
      picture('large.png', 3 * MIB),
      outgoing(filled(10), 'a.svg', 'image/svg+xml'),
      outgoing(filled(10), 'a.zip', 'application/zip'),
    ]);
    await fileNamed(bo, 'a.zip', room);
    await bo.client.prefer({ pictures: false });
    await ada.client.sendFiles(room, '', [picture('unwanted.png')]);
    await fileNamed(bo, 'unwanted.png', room);
    await bo.client.prefer({ pictures: true });
    // What is fetched after them shows that they were not.
    await ada.client.sendFiles(room, '', [picture('wanted.png')]);
    await standing(bo, (await fileNamed(bo, 'wanted.png', room)).file.blob, 'held', room);
    const all = [...(await filesOf(bo)), ...(await filesOf(bo, room))];
    const offered = all.filter(({ file: { transfer } }) => transfer.status === 'offered');
    expect(offered.map(({ file }) => file.name).sort()).toEqual(
      ['a.svg', 'a.zip', 'large.png', 'lounge.png', 'stranger.png', 'unwanted.png'].sort(),
    );
  });
});

describe('files that are here', () => {
  it('go with the conversation that is given up, and all of them when somebody signs out', async () => {
    const depot = memoryDepot(2 ** 32);
    const ada = await enter('Ada');
    const bo = await enter('Bo', { vault: memoryVault(), depot });
    const room = await ada.client.conversations.create('Club', 'none', [personOf(bo)]);
    await until('Bo is in', () => bo.view(room) !== undefined);
    await isIn(bo, room);
    await ada.client.sendFiles(room, '', [outgoing(filled(100), 'club.bin')]);
    await send(ada, '', outgoing(filled(100), 'lounge.bin'));
    await fetched(bo, 'club.bin', room);
    await fetched(bo, 'lounge.bin');
    expect(await depot.files()).toHaveLength(2);
    await bo.client.conversations.leave(room);
    await until('it is left', () => statusOf(bo, room) === 'left');
    await bo.client.conversations.leave(room);
    expect(await depot.files()).toHaveLength(1);
    await bo.client.signOut();
    expect(await depot.files()).toEqual([]);
  });
});

describe('a file is refused in words', () => {
  it('when the relay takes none so large, or no more of this person', async () => {
    await relay.interrupt();
    await relay.restart('--file-size', String(2 / 1024), '--file-quota', String(5 / 1024));
    const ada = await enter('Ada');
    await send(ada, '', outgoing(filled(3 * MIB), 'large.bin'));
    const large = await standing(ada, (await fileNamed(ada, 'large.bin')).file.blob, 'failed');
    expect(large.file.transfer).toMatchObject({ failure: { code: 'too_large' }, again: false });
    for (const name of ['1.bin', '2.bin', '3.bin']) await send(ada, '', outgoing(filled(1.9 * MIB), name));
    const third = (await fileNamed(ada, '3.bin')).file.blob;
    await until('one has no room', async () =>
      (await filesOf(ada)).some(
        ({ file: { transfer } }) => transfer.status === 'failed' && transfer.failure.code === 'quota_used',
      ),
    );
    expect(third).toBeDefined();
  });

  it('when there is none, too many, or too long words', async () => {
    const ada = await enter('Ada');
    const file = outgoing(filled(1), 'a.bin');
    await expect(send(ada, 'x')).rejects.toMatchObject({ failure: { code: 'empty' } });
    await expect(send(ada, 'x', ...Array(9).fill(file))).rejects.toMatchObject({
      failure: { code: 'too_many' },
    });
    await expect(send(ada, 'x'.repeat(4001), file)).rejects.toMatchObject({ failure: { code: 'too_large' } });
    expect(await filesOf(ada)).toEqual([]);
  });
});
