import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, type Screen, visit } from '../support/browser.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';

let browser: Browser;
let relay: RelayProcess;
let ada: Screen;
let bo: Screen;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  relay = await startRelay();
  ada = await visit(browser, relay.url);
  bo = await visit(browser, relay.url);
  await ada.enter('Ada');
  await bo.enter('Bo');
  await ada.say('first');
  await bo.message('first').waitFor();
});
afterEach(async () => {
  await ada.page.context().close();
  await bo.page.context().close();
  await relay.dispose();
  expect([...ada.faults, ...bo.faults]).toEqual([]);
});

async function all(screen: Screen, texts: string[]): Promise<void> {
  for (const text of texts) {
    await screen.message(text).waitFor();
    expect(await screen.message(text).count()).toBe(1);
  }
}

describe('when the relay dies', () => {
  it('reconnects by itself after kill -9; nothing is lost or doubled, and what was written meanwhile goes out once', async () => {
    await relay.kill();
    await ada.status.filter({ hasText: 'Reconnecting' }).waitFor();
    await ada.say('written while you were away');
    await ada.message('written while you were away').waitFor();
    await relay.restart();
    await ada.status.filter({ hasText: 'Connected' }).waitFor();
    await bo.status.filter({ hasText: 'Connected' }).waitFor();
    await all(bo, ['first', 'written while you were away']);
    await bo.say('welcome back');
    await all(ada, ['first', 'written while you were away', 'welcome back']);
    await ada.page.reload();
    await all(ada, ['first', 'written while you were away', 'welcome back']);
  });

  it('drains politely on Ctrl-C and ends with exit code 0', async () => {
    expect(await relay.interrupt()).toBe(0);
    await ada.status.filter({ hasText: 'Reconnecting' }).waitFor();
    await relay.restart();
    await ada.status.filter({ hasText: 'Connected' }).waitFor();
    await ada.say('after the drain');
    await all(bo, ['first', 'after the drain']);
  });
});
