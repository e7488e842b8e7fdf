import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, openTab, type Screen } from '../support/browser.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

let browser: Browser;
let relay: RelayProcess;
let context: BrowserContext;
let first: Screen;

beforeAll(async () => {
  [browser, relay] = await Promise.all([launchBrowser(), startRelay()]);
});
afterAll(async () => {
  await browser?.close();
  await relay?.dispose();
});
beforeEach(async () => {
  context = await browser.newContext({ locale: 'en-US' });
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
  // A name of this machine that the page does not take for it, so that it minds the state of the network.
  first = await openTab(context, relay.url.replace('localhost', 'aurora.localhost'));
});
afterEach(async () => {
  await context.close();
  expect(first.faults).toEqual([]);
});

/** Which of the browser's threads runs the engine. */
function engineHolder(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    const { held } = await navigator.locks.query();
    return held?.find(({ name }) => name === 'aurora/engine')?.clientId;
  });
}

describe('a browser without SharedWorker', () => {
  it('shares one engine between its tabs, and goes on when the tab that ran it closes', async () => {
    await first.enter('Ada');
    const second = await openTab(context, first.page.url());
    await second.composer.waitFor();
    await second.online(1).waitFor();
    await second.say('from the second tab');
    await first.message('from the second tab').waitFor();
    const before = await engineHolder(second.page);
    await first.page.close();
    await until('the second tab runs the engine', async () => {
      const holder = await engineHolder(second.page);
      return holder !== undefined && holder !== before;
    });
    await second.say('on my own now');
    await second.message('on my own now').waitFor();
    await second.status.filter({ hasText: 'Connected' }).waitFor();
    expect(await second.message('from the second tab').count()).toBe(1);
    expect(await second.message('on my own now').count()).toBe(1);
    expect(second.faults).toEqual([]);
  });

  it('says Offline without a network, keeps what is written, and sends it when the network is back', async () => {
    await first.enter('Bo');
    await context.setOffline(true);
    await first.status.filter({ hasText: 'Offline' }).waitFor();
    await first.say('into the void');
    await first.message('into the void').waitFor();
    await context.setOffline(false);
    await first.status.filter({ hasText: 'Connected' }).waitFor();
    await first.message('into the void').getByText('Sent').waitFor({ state: 'attached' });
  });
});
