import type { BrowserContext } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { countStored, lastingBrowser, openTab, Screen } from '../support/browser.ts';
import { journey } from '../support/journey.ts';
import { until } from '../support/until.ts';

const here = journey();
const { screens } = here;
const comes = (nickname?: string) => here.comes(nickname);

describe('two people in private, and a third', () => {
  it('Ada clicks on Bo, they talk in tabs of their own, and Cleo sees nothing', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    await ada.online(3).waitFor();
    await ada.messagePerson('Bo');
    await ada.tab('Bo').waitFor();
    await ada.say('just for you');
    await bo.tab('Ada').waitFor();
    await until('Bo’s tab says how many', async () => /1 unread/.test(await bo.description(bo.tab('Ada'))));
    await bo.tab('Ada').click();
    await bo.message('just for you').waitFor();
    await bo.say('only you');
    await ada.message('only you').waitFor();

    await cleo.say('is anybody here?');
    await ada.tab('Lounge').click();
    await ada.message('is anybody here?').waitFor();
    expect(await ada.message('just for you').count()).toBe(0);
    expect(await cleo.tabs.getByRole('tab').count()).toBe(1);
    expect(await cleo.page.getByText('just for you').count()).toBe(0);
  });

  it('shows Sent, Delivered and Seen as they become true, also after a reload', async () => {
    const [ada, bo] = [await comes('Dora'), await comes('Emil')];
    await ada.online(2).waitFor();
    await ada.messagePerson('Emil');
    await ada.say('do you see this?');
    await ada.message('do you see this?').getByText('Delivered').waitFor();
    await ada.page.reload();
    await ada.tab('Emil').click();
    await ada.message('do you see this?').getByText('Delivered').waitFor();
    await bo.tab('Dora').click();
    await bo.message('do you see this?').waitFor();
    await ada.message('do you see this?').getByText('Seen').waitFor();
    await ada.page.reload();
    await ada.tab('Emil').click();
    await ada.message('do you see this?').getByText('Seen').waitFor();
  });

  it('closes a tab and keeps the conversation, which comes back from People with its history and draft', async () => {
    const [ada, bo] = [await comes('Fay'), await comes('Gil')];
    await ada.online(2).waitFor();
    await ada.messagePerson('Gil');
    await ada.say('remember this');
    await bo.tab('Fay').waitFor();
    await ada.composer.fill('half a thought');
    await until('the draft is kept', async () => (await ada.composer.inputValue()) === 'half a thought');
    await ada.page.getByRole('button', { name: 'Close conversation with Gil' }).click();
    await ada.tab('Gil').waitFor({ state: 'detached' });
    await ada.page.reload();
    await ada.online(2).waitFor();
    expect(await ada.tab('Gil').count()).toBe(0);
    await ada.messagePerson('Gil');
    await ada.message('remember this').waitFor();
    await until('the draft is back', async () => (await ada.composer.inputValue()) === 'half a thought');
    await ada.page.getByRole('button', { name: 'Close conversation with Gil' }).click();
    await bo.tab('Fay').click();
    await bo.say('are you there?');
    await ada.tab('Gil').waitFor();
  });

  it('shows who types, to the one who is written to alone', async () => {
    const [ada, bo, cleo] = [await comes('Hal'), await comes('Ivy'), await comes('Jim')];
    await ada.online(3).waitFor();
    await ada.messagePerson('Ivy');
    await ada.say('hello');
    await bo.tab('Hal').click();
    await bo.message('hello').waitFor();
    // Slower than what may be told: one signal every few seconds.
    await ada.composer.pressSequentially('let me tell you something', { delay: 250 });
    await bo.page.getByText('Hal is typing').waitFor();
    expect(await cleo.page.getByText('Hal is typing').count()).toBe(0);
  });
});

describe('somebody who is away', () => {
  it('finds what was written when coming back, from a cold start', async () => {
    const lasting = await lastingBrowser();
    let context: BrowserContext = await lasting.open();
    try {
      const bo = await openTab(context, here.relay.url);
      await bo.enter('Kurt');
      const ada = await comes('Lea');
      await ada.online(2).waitFor();
      await until('Kurt can be written to', async () => (await countStored(bo.page, 'packages')) > 3);
      await context.close();
      // Kurt is still in the list for a moment; by the click he is gone, and has never heard of Lea.
      await ada.messagePerson('Kurt');
      await ada.say('while you were away');
      await ada.message('while you were away').getByText('Sent').waitFor();
      await here.relay.kill();
      await here.relay.restart();
      context = await lasting.open();
      const back = await openTab(context, here.relay.url);
      await back.tab('Lea').click();
      await back.message('while you were away').waitFor();
      expect(back.faults).toEqual([]);
    } finally {
      await context.close();
      await lasting.remove();
    }
  });
});

describe('a private room', () => {
  it('is entered by its link with a nickname and one button, and left by whoever is removed', async () => {
    const ada = await comes('Mona');
    await ada.newRoom('Book club');
    await ada.tab('Book club').waitFor();
    const link = await ada.makeLink();
    expect(link).toMatch(/\/#join\/[0-9a-f]{32}\.[\w-]{22}$/);

    const bo = new Screen(await (await here.browser.newContext({ locale: 'en-US' })).newPage());
    screens.push(bo);
    const asked: string[] = [];
    bo.page.on('request', (request) => asked.push(request.url()));
    await bo.page.goto(link);
    await until('the secret is gone from the address', async () => !bo.page.url().includes('join'));
    await bo.nickname.fill('Nils');
    await bo.page.getByRole('button', { name: 'Come in' }).click();
    await bo.tab('Book club').waitFor();
    await bo.tab('Book club').click();
    await ada.say('welcome');
    await bo.message('welcome').waitFor();
    const secret = link.split('.').at(-1) ?? '';
    expect(asked.some((url) => url.includes(secret))).toBe(false);
    expect(here.relay.output()).not.toContain(secret);

    await bo.page.reload();
    await bo.tab('Book club').click();
    await bo.message('welcome').waitFor();

    await ada.removeMember('Nils');
    await ada.say('now without you');
    await ada.message('now without you').waitFor();
    await bo.page
      .getByText(/removed/)
      .first()
      .waitFor();
    expect(await bo.message('now without you').count()).toBe(0);
  });
});

describe('safety numbers', () => {
  it('are the same for both, and verify by the other’s code', async () => {
    const [ada, bo] = [await comes('Olga'), await comes('Paul')];
    await ada.online(2).waitFor();
    await ada.messagePerson('Paul');
    await ada.say('hi');
    await bo.tab('Olga').click();
    await bo.message('hi').waitFor();
    const numbers = [await ada.openVerification(), await bo.openVerification()];
    expect(numbers[0]).toMatch(/^\d{60}$/);
    expect(numbers[0]).toBe(numbers[1]);
    // What Bo's QR code says, pasted where no camera is.
    await bo.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await bo.page.getByRole('button', { name: 'Copy my code' }).click();
    const code = await bo.page.evaluate(() => navigator.clipboard.readText());
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Scan their code' }).click();
    const paste = dialog.getByRole('textbox', { name: 'Or paste their code' });
    await paste.fill(`${code.slice(0, -3)}AAA`);
    await paste.press('Enter');
    await dialog.getByText(/another code|no safety code/).waitFor();
    await paste.fill(code);
    await paste.press('Enter');
    await dialog.getByText(/^Verified\. /).waitFor();
    await ada.page.keyboard.press('Escape');
    await ada.page.reload();
    await ada.tab('Paul').click();
    await ada.people
      .getByText(/^Verified/)
      .first()
      .waitFor();
  });
});
