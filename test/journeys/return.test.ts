import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countStored, lastingBrowser, launchBrowser, openTab, visit } from '../support/browser.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

let browser: Browser;
let relay: RelayProcess;

beforeAll(async () => {
  [browser, relay] = await Promise.all([launchBrowser(), startRelay()]);
});
afterAll(async () => {
  await browser?.close();
  await relay?.dispose();
});

describe('coming back', () => {
  it('finds the same person and the same conversation after a reload', async () => {
    const ada = await visit(browser, relay.url);
    await ada.enter('Ada');
    await ada.say('before the reload');
    await ada.message('before the reload').waitFor();
    await ada.page.reload();
    await ada.message('before the reload').waitFor();
    await ada.page.getByRole('button', { name: 'Account' }).click();
    await ada.page.getByText('Ada', { exact: true }).first().waitFor();
    expect(ada.faults).toEqual([]);
    await ada.page.context().close();
  });

  it('finds them after the browser was closed and opened again, and keeps the draft', async () => {
    const lasting = await lastingBrowser();
    const first = await lasting.open();
    const bo = await openTab(first, relay.url);
    await bo.enter('Bo');
    await bo.say('before closing');
    await bo.message('before closing').waitFor();
    await bo.composer.fill('half a thought');
    await until('the draft is kept', async () => (await countStored(bo.page, 'drafts')) === 1);
    await first.close();

    const second = await lasting.open();
    const again = await openTab(second, relay.url);
    await again.message('before closing').waitFor();
    expect(await again.nickname.count()).toBe(0);
    await until('the draft is there', async () => (await again.composer.inputValue()) === 'half a thought');
    await again.say('and back');
    await again.message('and back').waitFor();
    expect([...bo.faults, ...again.faults]).toEqual([]);
    await second.close();
    await lasting.remove();
  });

  it('wipes everything on signing out, and the nickname is free again', async () => {
    const cleo = await visit(browser, relay.url);
    await cleo.enter('Cleo');
    await cleo.say('soon gone from here');
    await cleo.message('soon gone from here').waitFor();
    await cleo.signOut();
    await cleo.nickname.waitFor();
    for (const store of ['keys', 'account', 'credentials', 'rooms', 'rows', 'outbox', 'drafts']) {
      expect({ store, left: await countStored(cleo.page, store) }).toEqual({ store, left: 0 });
    }
    await cleo.page.reload();
    await cleo.enter('Cleo');
    expect(cleo.faults).toEqual([]);
    await cleo.page.context().close();
  });
});
