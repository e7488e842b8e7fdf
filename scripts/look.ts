// Pictures of the real thing: `npm run look` starts a relay, lets people in, and writes look/*.png. With `--readme` it also
// renews those that the README shows, in docs/.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, visit } from '../test/support/browser.ts';
import { startRelay } from '../test/support/relay.ts';
import { ROOT } from './bootstrap/root.mjs';
import { fileSights } from './look/files.ts';
import { talkingLounge } from './look/lounge.ts';
import { privateSights } from './look/private.ts';

const FOLDER = join(ROOT, 'look');
const DOCS = join(ROOT, 'docs');
const forReadme = process.argv.includes('--readme');
/** Small enough to be kept. */
const README = ['lounge-dark-1440'];
const SIZES = [
  { width: 390, height: 844 },
  { width: 820, height: 1180 },
  { width: 1440, height: 900 },
];

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const relay = await startRelay();
const browser = await launchBrowser();
try {
  const newcomer = await visit(browser, relay.url);
  await newcomer.enterButton.waitFor();
  await photograph(newcomer.page, 'login');
  const { viewer, others } = await talkingLounge(browser, relay);
  await photograph(viewer.page, 'lounge');
  for await (const name of fileSights(viewer, others)) await photograph(viewer.page, name);
  for await (const name of privateSights(viewer, others)) await photograph(viewer.page, name);
  for (const fault of [...newcomer.faults, ...viewer.faults]) process.stderr.write(`the page: ${fault}\n`);
  if (newcomer.faults.length + viewer.faults.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
  await relay.dispose();
}
process.stdout.write(`Pictures are in ${FOLDER}\n`);
// The clients of the lounge hold their sockets open; their work is done.
process.exit();

async function photograph(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.evaluate(stillness);
      const picture = `${name}-${colorScheme}-${size.width}`;
      await page.screenshot({ path: join(FOLDER, `${picture}.png`) });
      if (forReadme && README.includes(picture)) {
        await page.screenshot({ path: join(DOCS, `${picture}.jpg`), type: 'jpeg', quality: 85 });
      }
    }
  }
}

/** In the page: the new size is laid out, its fonts are there, and drawers have come to rest. */
async function stillness(): Promise<void> {
  await document.fonts.ready;
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  // What is paused, or out of sight and so never painted, does not come to rest.
  const patience = new Promise((resolve) => setTimeout(resolve, 1_000));
  await Promise.race([patience, Promise.allSettled(moving.map(({ finished }) => finished))]);
}
