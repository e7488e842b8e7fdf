import { describe, expect, it } from 'vitest';
import { openTab } from '../support/browser.ts';
import { journey } from '../support/journey.ts';
import { until } from '../support/until.ts';

const here = journey();
const { screens } = here;
const comes = (nickname?: string) => here.comes(nickname);

describe('the Lounge', () => {
  it('lets Ada and Bo in with nothing but a nickname, and they talk', async () => {
    const ada = await comes('Ada');
    const bo = await comes('Bo');
    await ada.online(2).waitFor();
    await bo.online(2).waitFor();
    await ada.people.getByText('Bo', { exact: true }).waitFor();
    await ada.log.getByText(/Bo joined/).waitFor();

    await ada.say('Hello Bo, can you read this?');
    const heard = bo.message('Hello Bo, can you read this?');
    await heard.waitFor();
    expect(await heard.textContent()).toContain('Ada');
    expect(await heard.textContent()).toMatch(/\b\d\d:\d\d [AP]M\b/);
    await bo.say('Every word.');
    await ada.message('Every word.').waitFor();
  });

  it('shows that somebody types, and stops when the message comes', async () => {
    const ada = await comes('Cleo');
    const bo = await comes('Dan');
    await ada.online(2).waitFor();
    await ada.say('anybody?');
    await bo.message('anybody?').waitFor();
    await bo.composer.pressSequentially('I am wri');
    await ada.page.getByText('Dan is typing').waitFor();
    await bo.composer.press('Enter');
    await ada.message('I am wri').waitFor();
    await ada.page.getByText('Dan is typing').waitFor({ state: 'detached' });
  });

  it('tells when somebody leaves, and lowers the count', async () => {
    const ada = await comes('Eva');
    const bo = await comes('Finn');
    await ada.online(2).waitFor();
    await bo.page.context().close();
    screens.splice(screens.indexOf(bo), 1);
    await ada.online(1).waitFor();
    await ada.log.getByText(/Finn left/).waitFor();
  });

  it('refuses a nickname that is taken, also by case, width and look-alike letters, and offers another', async () => {
    const first = await comes('Paula');
    await first.page.context().close();
    screens.length = 0;
    const bo = await comes();
    for (const name of ['Paula', 'PAULA', 'Ｐaula', 'Раula']) {
      await bo.nickname.fill(name);
      await bo.enterButton.click();
      await bo.alert.filter({ hasText: /belongs to somebody/ }).waitFor();
    }
    expect(await bo.composer.count()).toBe(0);
    await bo.nickname.fill('Paulo');
    await bo.enterButton.click();
    await bo.composer.waitFor();
  });

  it('refuses a nickname that is empty or unreadable, with a reason', async () => {
    const ada = await comes();
    await ada.nickname.fill('\u202Eevil');
    await ada.enterButton.click();
    await ada.alert.filter({ hasText: /nickname/i }).waitFor();
    await ada.nickname.fill('   ');
    await ada.enterButton.click();
    await ada.alert.filter({ hasText: /nickname/i }).waitFor();
  });

  it('turns :smile: into an emoji while typing, with suggestions, and carries emoji unchanged', async () => {
    const ada = await comes('Gus');
    const bo = await comes('Hana');
    await ada.online(2).waitFor();
    await ada.composer.pressSequentially('hi :smil');
    await ada.page.getByRole('listbox').getByRole('option').first().waitFor();
    await ada.composer.pressSequentially('e: ');
    await until('the shortcode is an emoji', async () => (await ada.composer.inputValue()).includes('😄'));
    await ada.composer.press('Enter');
    await bo.message('hi 😄').waitFor();
    const family = '👩🏽‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 é';
    await bo.say(family);
    await ada.message(family).waitFor();
  });

  it('has an emoji dialog with a search', async () => {
    const ada = await comes('Ines');
    await ada.page.getByRole('button', { name: 'Emoji', exact: true }).click();
    const dialog = ada.page.getByRole('dialog', { name: 'Emoji' });
    await dialog.getByRole('searchbox', { name: 'Search emoji' }).fill('rocket');
    await dialog.getByRole('grid').getByRole('button', { name: 'rocket', exact: true }).click();
    await until('the emoji is in the message', async () => (await ada.composer.inputValue()).includes('🚀'));
  });

  it('keeps the bell as it was set', async () => {
    const ada = await comes('Jon');
    expect(await ada.bell.getAttribute('aria-pressed')).toBe('true');
    await ada.bell.click();
    await until('the bell is off', async () => (await ada.bell.getAttribute('aria-pressed')) === 'false');
    await ada.page.reload();
    await ada.composer.waitFor();
    await until('the bell stayed off', async () => (await ada.bell.getAttribute('aria-pressed')) === 'false');
  });

  it('takes two tabs of one browser for one person, both live', async () => {
    const ada = await comes('Kim');
    const second = await openTab(ada.page.context(), here.relay.url);
    await second.composer.waitFor();
    await second.online(1).waitFor();
    await second.say('from the second tab');
    await ada.message('from the second tab').waitFor();
    await ada.say('from the first tab');
    await second.message('from the first tab').waitFor();
    expect(await second.message('from the first tab').count()).toBe(1);
  });

  it('shows the way words were laid out, makes safe links, and runs nothing', async () => {
    const ada = await comes('Lena');
    const bo = await comes('Max');
    await ada.online(2).waitFor();
    await ada.composer.fill(
      '<img src=x onerror="document.title=1">\nsee https://example.org/a?b=1 or javascript:alert(1)',
    );
    await ada.composer.press('Enter');
    const heard = bo.message('<img src=x');
    await heard.waitFor();
    const links = heard.getByRole('link');
    expect(await links.count()).toBe(1);
    expect(await links.first().getAttribute('href')).toBe('https://example.org/a?b=1');
    expect(await links.first().getAttribute('rel')).toContain('noopener');
    expect(await bo.page.locator('img[src="x"]').count()).toBe(0);
  });

  it('says how much too long a message is, and keeps it', async () => {
    const ada = await comes('Nora');
    await ada.composer.fill('x'.repeat(16_050));
    await ada.page
      .getByText(/50 (characters )?too (many|long)|50 characters/)
      .first()
      .waitFor();
    await ada.composer.press('Enter');
    expect((await ada.composer.inputValue()).length).toBe(16_050);
    expect(await ada.articles.filter({ hasText: 'xxxx' }).count()).toBe(0);
  });

  it('survives a paste of 10 MB', async () => {
    const ada = await comes('Otto');
    await ada.composer.focus();
    await ada.page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'y'.repeat(10_000_000));
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await ada.say('still here');
    await ada.message('still here').waitFor();
  });
});
