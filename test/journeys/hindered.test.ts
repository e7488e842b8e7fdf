import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetfulBrowser, launchBrowser, openTab, visit } from '../support/browser.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';

let relay: RelayProcess;

beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.dispose());

describe('a browser that cannot do everything', () => {
  it('is told on plain http, elsewhere than on localhost, why it does not work and how to fix it', async () => {
    const browser = await launchBrowser('--host-resolver-rules=MAP chat.lan 127.0.0.1');
    const screen = await visit(browser, relay.url.replace('localhost', 'chat.lan'));
    await screen.page.getByRole('heading').first().waitFor();
    const words = await screen.page.locator('body').textContent();
    expect(words).toMatch(/https/);
    expect(words).toMatch(/--tls-cert/);
    expect(await screen.nickname.count()).toBe(0);
    expect(screen.faults).toEqual([]);
    await browser.close();
  });

  it('that refuses storage can chat all the same, and is told that nothing will be kept', async () => {
    const { context, close } = await forgetfulBrowser();
    const ada = await openTab(context, relay.url);
    await ada.enter('Ada');
    await ada.say('here for a moment');
    await ada.message('here for a moment').waitFor();
    await ada.page
      .getByText(/forgotten|not be kept|keeps nothing|will not remember|refuses/i)
      .first()
      .waitFor();
    expect(ada.faults).toEqual([]);
    await close();
  });
});
