import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOUNGE } from '@aurora/protocol';
import type { Download, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Screen } from '../support/browser.ts';
import { visit } from '../support/browser.ts';
import { fileWays, filled } from '../support/filing.ts';
import { temporaryFolder } from '../support/folder.ts';
import { headless, ready } from '../support/headless.ts';
import { journey } from '../support/journey.ts';
import { type CutLine, lineTo } from '../support/line.ts';
import { until } from '../support/until.ts';

const MIB = 1024 * 1024;
/** Long enough for something to happen in between. */
const LARGE = 200_000_000;

const way = journey();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let line: CutLine;

beforeAll(async () => {
  folder = await temporaryFolder();
  line = await lineTo(way.relay.url);
});
afterAll(async () => {
  await line.close();
  await folder.remove();
});

/** A file on the disk of whoever sends it. */
async function fileOf(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Nicknames stay reserved for a while. */
let visits = 0;
function comes(nickname: string): Promise<Screen> {
  visits += 1;
  return way.comes(`${nickname} ${visits}`);
}

/** Somebody whose line can be cut. */
async function comesByLine(nickname: string): Promise<Screen> {
  visits += 1;
  const screen = await visit(way.browser, line.url);
  way.screens.push(screen);
  await screen.enter(`${nickname} ${visits}`);
  return screen;
}

async function attach({ page }: Screen, ...paths: string[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach file' }).click();
  await (await chooser).setFiles(paths);
}

async function sendFiles(screen: Screen, caption: string, ...paths: string[]): Promise<void> {
  await attach(screen, ...paths);
  if (caption !== '') await screen.composer.fill(caption);
  await screen.sendButton.click();
}

const card = ({ log }: Screen, name: string): Locator => log.getByRole('group', { name, exact: true });

/** How far a card is, in percent. */
async function percentOf(of: Locator): Promise<number> {
  const bar = of.getByRole('progressbar');
  if ((await bar.count()) === 0) return 0;
  const [now, max] = await Promise.all([
    bar.getAttribute('aria-valuenow'),
    bar.getAttribute('aria-valuemax'),
  ]);
  return (Number(now) / Number(max)) * 100;
}

const reaches = (of: Locator, percent: number) =>
  until(`it is at ${percent} %`, async () => (await percentOf(of)) >= percent, 60_000);

/** Accepts a file, and gives the hash of what the browser saved. */
async function accepted(screen: Screen, name: string): Promise<string> {
  const saved = screen.page.waitForEvent('download', { timeout: 90_000 });
  await card(screen, name).getByRole('button', { name: 'Accept' }).click();
  return hashSaved(await saved, name);
}

async function hashSaved(download: Download, name: string): Promise<string> {
  expect(download.suggestedFilename()).toBe(name);
  return hashOf(await download.path());
}

describe('files', () => {
  it('of any size are saved as they were sent, several in one message', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    const sizes = [0, 1, MIB - 1, MIB, MIB + 1];
    const paths = await Promise.all(sizes.map((size) => fileOf(`lights ${size}.bin`, filled(size))));
    await sendFiles(ada, 'look at these', ...paths);
    await bo.message('look at these').waitFor();
    for (const [at, size] of sizes.entries())
      expect(await accepted(bo, `lights ${size}.bin`)).toBe(await hashOf(paths[at] ?? ''));
  });

  it('that are hostile run nothing and are called what they are: they are saved, or not shown', async () => {
    const bo = await comes('Bo');
    const ran: string[] = [];
    await bo.page.exposeFunction('ran', (what: string) => ran.push(what));
    const mallory = await headless(way.relay, `Mallory ${visits}`, { files: fileWays(way.relay) });
    await ready(mallory);
    const script = 'ran(document.title)';
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="${script}"><script>${script}</script></svg>`;
    const hostile: [name: string, type: string, content: Uint8Array<ArrayBuffer> | string][] = [
      ['picture.svg', 'image/svg+xml', svg],
      ['svg as.png', 'image/png', svg],
      ['page.html', 'text/html', `<script>${script}</script>`],
      ['page as.jpg', 'image/jpeg', `<html><body onload="${script}"><script>${script}</script>`],
      ['polyglot.gif', 'image/gif', `GIF89a/*\0\0*/=1;${script}//`],
      ['bomb.png', 'image/png', bombPng()],
      ['sound.mp3', 'audio/mpeg', `<script>${script}</script>`],
      ['<img src=x onerror=ran(1)>', '', 'x'],
    ];
    for (const [name, type, content] of hostile)
      await mallory.client.sendFiles(LOUNGE, '', [
        { content: new Blob([content]), name, type, preview: null, duration: null, voice: false },
      ]);
    for (const [name, type] of hostile) {
      const shown = name.replaceAll(/[<>]/g, '_');
      const file = card(bo, shown);
      await file.getByRole('button', { name: 'Accept' }).click();
      // What says that it is shown is shown if it is; anything else is saved at once.
      if (/^(image\/(?!svg)|audio)/.test(type)) {
        await file.getByText('cannot be shown here').waitFor();
        expect(await file.locator('img, audio, video').count()).toBe(0);
      }
    }
    // Those that were saved by themselves may come in between.
    const saved = bo.page.waitForEvent('download', (one) => one.suggestedFilename() === 'page as.jpg');
    await card(bo, 'page as.jpg').getByRole('button', { name: 'Download' }).click();
    await saved;
    expect(ran).toEqual([]);
    mallory.stop();
  });

  it('goes to two: one takes it, one rejects it and thinks again', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    const path = await fileOf('both.bin', filled(2 * MIB));
    await sendFiles(ada, '', path);
    await card(cleo, 'both.bin').getByRole('button', { name: 'Reject' }).click();
    await card(cleo, 'both.bin').getByRole('button', { name: 'Undo' }).waitFor();
    expect(await accepted(bo, 'both.bin')).toBe(await hashOf(path));
    await cleo.page.reload();
    await card(cleo, 'both.bin').getByRole('button', { name: 'Undo' }).click();
    expect(await accepted(cleo, 'both.bin')).toBe(await hashOf(path));
  });
});

describe('a file of 200 MB', () => {
  let path: string;
  let hash: string;
  beforeAll(async () => {
    path = await fileOf('large.bin', filled(LARGE));
    hash = await hashOf(path);
  });

  it('goes up through a cut line, a reload and a server that is killed', async () => {
    const ada = await comesByLine('Ada');
    const bo = await comes('Bo');
    await sendFiles(ada, 'large', path);
    await reaches(card(ada, 'large.bin'), 10);
    line.cut();
    await card(ada, 'large.bin').getByRole('button', { name: 'Pause' }).waitFor({ state: 'detached' });
    line.mend();
    await reaches(card(ada, 'large.bin'), 30);
    // What was read whole goes on after a reload.
    await until('it was read', () => ada.page.evaluate(readWhole, LARGE));
    await ada.page.reload();
    await reaches(card(ada, 'large.bin'), 50);
    await way.relay.kill();
    await way.relay.restart();
    await bo.message('large').waitFor({ timeout: 60_000 });
    expect(await accepted(bo, 'large.bin')).toBe(hash);
  });

  it('comes down through a cut line, a reload and a server that is killed', async () => {
    const ada = await comes('Ada');
    const bo = await comesByLine('Bo');
    await sendFiles(ada, 'large', path);
    await bo.message('large').waitFor({ timeout: 60_000 });
    const file = card(bo, 'large.bin');
    await file.getByRole('button', { name: 'Accept' }).click();
    await reaches(file, 20);
    line.cut();
    await until('it waits', async () => (await file.getByRole('button', { name: 'Pause' }).count()) === 0);
    line.mend();
    await reaches(file, 40);
    await bo.page.reload();
    await reaches(file, 60);
    await way.relay.kill();
    await way.relay.restart();
    const saved = bo.page.waitForEvent('download', { timeout: 60_000 });
    await file.getByRole('button', { name: 'Download' }).click({ timeout: 60_000 });
    expect(await hashSaved(await saved, 'large.bin')).toBe(hash);
  });
});

/** A PNG that says it is 60,000 pixels wide and high. */
function bombPng(): Uint8Array<ArrayBuffer> {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const size = Buffer.alloc(8);
  size.writeUInt32BE(60_000, 0);
  size.writeUInt32BE(60_000, 4);
  return new Uint8Array(Buffer.concat([head, size, Buffer.from('0802000000', 'hex'), Buffer.alloc(64)]));
}

/** Whether this browser holds all sealed bytes of a file of so many. */
async function readWhole(size: number): Promise<boolean> {
  let sum = 0;
  const count = async (directory: FileSystemDirectoryHandle): Promise<void> => {
    for await (const entry of directory.values()) {
      if (entry instanceof FileSystemDirectoryHandle) await count(entry);
      if (entry instanceof FileSystemFileHandle) sum += (await entry.getFile()).size;
    }
  };
  await count(await navigator.storage.getDirectory());
  return sum > size;
}
