import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, type Screen, visit } from './browser.ts';
import { type RelayProcess, startRelay } from './relay.ts';

export interface Journey {
  readonly browser: Browser;
  readonly relay: RelayProcess;
  /** Whoever is here, and must end without a fault of the page. */
  readonly screens: Screen[];
  /** Somebody with a browser of their own, who enters if they have a nickname. */
  comes(nickname?: string): Promise<Screen>;
}

/** A browser and a relay for the tests of one file; after each everybody goes, and no page may have had a fault. */
export function journey(): Journey {
  let browser: Browser;
  let relay: RelayProcess;
  const screens: Screen[] = [];
  beforeAll(async () => {
    [browser, relay] = await Promise.all([launchBrowser(), startRelay()]);
  });
  afterEach(async () => {
    const faults = screens.flatMap((screen) => screen.faults);
    await Promise.all(screens.map((screen) => screen.page.context().close()));
    screens.length = 0;
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await relay?.dispose();
  });
  return {
    get browser() {
      return browser;
    },
    get relay() {
      return relay;
    },
    screens,
    async comes(nickname) {
      const screen = await visit(browser, relay.url);
      screens.push(screen);
      if (nickname !== undefined) await screen.enter(nickname);
      return screen;
    },
  };
}
