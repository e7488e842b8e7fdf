import { randomFillSync } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { openProfile, openTab } from '../../../test/support/browser.ts';
import { clock } from '../clock.ts';
import { BrowserMemory } from '../files/memory.ts';
import { PlainTransfer } from '../files/plain.ts';
import { short } from '../measure/table.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { ServerProcess } from '../servers/server.ts';

const MIB = 1024 * 1024;
const LONG = { timeout: 300_000 };

interface Measured {
  /** Milliseconds. */
  readonly took: number;
  /** Bytes over idle. */
  readonly page: number;
  readonly server: number;
}

/** What work takes, and the most that browser and server hold meanwhile. */
async function measured(relay: ServerProcess, work: () => Promise<number>): Promise<Measured> {
  const { memory: idle } = await relay.usage(true);
  const pages = new BrowserMemory();
  let server = 0;
  let going = true;
  const watching = (async () => {
    while (going) {
      server = Math.max(server, (await relay.usage()).memory - idle);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  const took = await work();
  going = false;
  await watching;
  return { took, page: pages.end(), server };
}

/** A file of random bytes, which no packing makes smaller. */
async function randomFile(folder: string, size: number): Promise<string> {
  const path = join(folder, 'random.bin');
  const file = await open(path, 'w');
  const bytes = new Uint8Array(MIB);
  for (let at = 0; at < size; at += MIB) await file.write(randomFillSync(bytes), 0, Math.min(MIB, size - at));
  await file.close();
  return path;
}

async function compare(
  open: (folder: string) => Promise<BrowserContext>,
  relay: ServerProcess,
  folder: string,
  size: number,
) {
  const url = `http://localhost:${await relay.start()}`;
  const path = await randomFile(folder, size);
  // Storage of a private window is memory: whoever measures that needs an ordinary one.
  const [first, second] = [await open(join(folder, 'ada')), await open(join(folder, 'bo'))];
  const [ada, bo] = [await openTab(first, url), await openTab(second, url)];
  await ada.enter('Ada');
  await bo.enter('Bo');
  await bo.online(2).waitFor();

  const neutral = await second.newPage();
  await neutral.goto(`${url}/health`);
  await neutral.evaluate(() => {
    const field = document.createElement('input');
    field.type = 'file';
    field.id = 'plain';
    document.body.append(field);
  });
  await neutral.setInputFiles('#plain', path);
  const plain = await PlainTransfer.make(url, neutral, size);
  const plainUp = await measured(relay, () => plain.upload());
  const plainDown = await measured(relay, () => plain.download());
  plain.end();

  const chooser = ada.page.waitForEvent('filechooser');
  await ada.page.getByRole('button', { name: 'Attach file' }).click();
  await (await chooser).setFiles(path);
  await ada.page.getByRole('button', { name: 'Remove random.bin' }).waitFor();
  const up = await measured(relay, async () => {
    const began = clock();
    await ada.sendButton.click();
    await ada.articles.getByText('Sent', { exact: true }).waitFor({ state: 'attached', ...LONG });
    return clock() - began;
  });
  const card = bo.log.getByRole('group', { name: 'random.bin' });
  const down = await measured(relay, async () => {
    const began = clock();
    await card.getByRole('button', { name: 'Accept' }).click();
    await card.getByRole('button', { name: 'Download' }).waitFor(LONG);
    return clock() - began;
  });
  return { plainUp, plainDown, up, down };
}

export const files: Scenario = {
  name: 'files',
  title: 'Files: a real browser, sealed beside the same transfer unsealed',
  async run({ quick }, tell): Promise<Outcome> {
    const size = (quick ? 256 : 1024) * MIB;
    tell(`${size / MIB} MiB up and down, four times`);
    const relay = new ServerProcess('aurora');
    const opened: BrowserContext[] = [];
    const launch = async (profile: string) => {
      const context = await openProfile(profile);
      opened.push(context);
      return context;
    };
    const folder = await mkdtemp(join(tmpdir(), 'aurora-bench-files-'));
    try {
      const { plainUp, plainDown, up, down } = await compare(launch, relay, folder, size);
      const speed = ({ took }: Measured) => `${short(size / MIB / (took / 1000))} MiB/s`;
      const row = (what: string, one: Measured) => [
        what,
        speed(one),
        `${short(one.page / MIB)} MiB`,
        `${short(one.server / MIB)} MiB`,
      ];
      const share = (what: string, sealed: Measured, unsealed: Measured) => ({
        what: `${what}, of the same unsealed`,
        measured: (100 * unsealed.took) / sealed.took,
        unit: '%',
        bound: 'at least' as const,
        budget: 60,
      });
      const memory = (what: string, measuredBytes: number, budget: number) => ({
        what,
        measured: measuredBytes / MIB,
        unit: 'MiB',
        bound: 'at most' as const,
        budget,
      });
      return {
        heading: ['transfer', 'speed', 'browser holds', 'server holds'],
        rows: [
          row('up, unsealed', plainUp),
          row('up, sealed', up),
          row('down into storage, unsealed', plainDown),
          row('down into storage, sealed and proven', down),
        ],
        notes: ['held is over idle: all processes of both browsers together, and the server'],
        verdicts: [
          share('sealed upload', up, plainUp),
          share('sealed download', down, plainDown),
          memory('browsers over idle', Math.max(up.page, down.page), 150),
          memory('server over idle', Math.max(up.server, down.server), 60),
        ],
      };
    } finally {
      await Promise.all([...opened.map((context) => context.close()), relay.stop()]);
      await rm(folder, { recursive: true, force: true });
    }
  },
};
