import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { temporaryFolder } from './folder.ts';

const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function executable(): string {
  const path = process.env.CHROMIUM_PATH ?? KNOWN.find((known) => existsSync(known));
  if (path === undefined) throw new Error('no Chromium: set CHROMIUM_PATH, or run npm test, which finds one');
  return path;
}

export function launchBrowser(...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: executable(), args: [...QUIET, ...flags] });
}

/** A browser set to keep nothing of any site, as a careful person's is. */
export async function forgetfulBrowser(): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const folder = await temporaryFolder();
  const BLOCK = 2;
  const preferences = { profile: { default_content_setting_values: { cookies: BLOCK } } };
  await mkdir(join(folder.path, 'Default'));
  await writeFile(join(folder.path, 'Default', 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(folder.path, {
    executablePath: executable(),
    args: QUIET,
  });
  return {
    context,
    close: async () => {
      await context.close();
      await folder.remove();
    },
  };
}

/** A browser that keeps its storage in this folder. */
export function openProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { executablePath: executable(), args: QUIET });
}

/** A browser that keeps its storage in a folder, so that it can be closed and opened again. */
export async function lastingBrowser(): Promise<{
  open(): Promise<BrowserContext>;
  remove(): Promise<void>;
}> {
  const folder = await temporaryFolder();
  return {
    open: () => openProfile(folder.path),
    remove: folder.remove,
  };
}

/** What a page must never do: break its own security policy, or throw. */
function watchForFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (/content security policy|trusted ?type/i.test(message.text())) faults.push(message.text());
  });
  return faults;
}

/** The parts of the page by their accessible names, as a person or a screen reader finds them. */
export class Screen {
  readonly page: Page;
  readonly faults: string[];

  constructor(page: Page) {
    this.page = page;
    this.faults = watchForFaults(page);
  }

  get nickname(): Locator {
    return this.page.getByRole('textbox', { name: 'Nickname' });
  }
  get enterButton(): Locator {
    return this.page.getByRole('button', { name: 'Enter the lounge' });
  }
  get alert(): Locator {
    return this.page.getByRole('alert');
  }
  get status(): Locator {
    return this.page.getByRole('status').filter({ hasText: /Connected|Reconnecting|Offline/ });
  }
  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }
  get sendButton(): Locator {
    return this.page.getByRole('button', { name: 'Send', exact: true });
  }
  get log(): Locator {
    return this.page.getByRole('log', { name: 'Messages' });
  }
  get articles(): Locator {
    return this.log.getByRole('article');
  }
  get people(): Locator {
    return this.page.getByRole('complementary', { name: 'People' });
  }
  get bell(): Locator {
    return this.page.getByRole('button', { name: 'Sound notifications' });
  }
  get toasts(): Locator {
    return this.page.getByRole('region', { name: 'Notifications' });
  }

  get tabs(): Locator {
    return this.page.getByRole('tablist', { name: 'Conversations' });
  }
  /** A conversation's tab, by the conversation's name. */
  tab(name: string): Locator {
    return this.tabs.getByRole('tab', { name, exact: true });
  }
  /** What a screen reader says of something beside its name. */
  async description(of: Locator): Promise<string> {
    const ids = (await of.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const words = await Promise.all(ids.map((id) => this.page.locator(`[id="${id}"]`).textContent()));
    return words.join(' ');
  }
  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name });
  }

  /** Clicks on somebody in the list of people, whichever conversation is in sight. */
  async messagePerson(nickname: string): Promise<void> {
    if ((await this.tab('Lounge').getAttribute('aria-selected')) !== 'true') await this.tab('Lounge').click();
    await this.people.getByRole('button', { name: `Message ${nickname}`, exact: true }).click();
    await this.tab(nickname).and(this.page.locator('[aria-selected="true"]')).waitFor();
  }

  async newRoom(title: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New conversation' }).click();
    await this.page.getByRole('button', { name: /New room/ }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name of the room' }).fill(title);
    await dialog.getByRole('button', { name: /Make|Create/ }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** Makes the invite link of the room in sight, and gives it. */
  async makeLink(): Promise<string> {
    await this.people.getByRole('button', { name: 'Invite link…' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
    await dialog.getByRole('button', { name: 'Done' }).click();
    return link;
  }

  async removeMember(nickname: string): Promise<void> {
    await this.people.getByRole('button', { name: `More about ${nickname}` }).click();
    await this.page.getByRole('menuitem', { name: 'Remove from room' }).click();
    await this.page
      .getByRole('dialog')
      .getByRole('button', { name: /Remove/ })
      .click();
  }

  /** The number to compare with the other of the conversation in sight. */
  async openVerification(): Promise<string> {
    await this.people.getByRole('button', { name: 'Verify…' }).click();
    const numbers = this.page.getByRole('dialog').locator('[aria-labelledby="safety-numbers"]');
    return ((await numbers.textContent()) ?? '').replaceAll(/\s/g, '');
  }

  message(text: string | RegExp): Locator {
    return this.articles.filter({ hasText: text });
  }

  online(count: number): Locator {
    return this.people.getByRole('heading', { name: `Online · ${count}` });
  }

  async enter(nickname: string): Promise<void> {
    await this.nickname.fill(nickname);
    await this.enterButton.click();
    await this.composer.waitFor();
    await this.status.filter({ hasText: 'Connected' }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: 'Account' }).click();
    await this.page
      .getByRole('menuitem', { name: 'Sign out' })
      .or(this.page.getByRole('button', { name: 'Sign out' }))
      .first()
      .click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  }
}

/** How many things a store of this device's vault holds. */
export function countStored(page: Page, store: string): Promise<number> {
  return page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('aurora');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction(name).objectStore(name).count();
          counting.onerror = () => reject(counting.error);
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
    store,
  );
}

/** Somebody with a browser of their own. */
export async function visit(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Screen> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  return openTab(context, url);
}

export async function openTab(context: BrowserContext, url: string): Promise<Screen> {
  const page = await context.newPage();
  const screen = new Screen(page);
  await page.goto(url);
  return screen;
}
