import { LOUNGE } from '@aurora/protocol';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, type Screen, visit } from '../../../test/support/browser.ts';
import { clock } from '../clock.ts';
import { Person } from '../groups/person.ts';
import { Histogram } from '../measure/histogram.ts';
import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';
import { ServerProcess } from '../servers/server.ts';

/** Milliseconds that a page may be deaf at most. The browser itself tells of tasks that are longer. */
const LONGEST = 50;

/** What the page's own thread did for longer than that, since it was last asked. */
async function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const told = (globalThis as unknown as { longTasks: number[] }).longTasks;
    return told.splice(0);
  });
}

async function watched(browser: Browser, url: string): Promise<Screen> {
  const screen = await visit(browser, url);
  await screen.page.context().addInitScript(() => {
    const told: number[] = [];
    Object.assign(globalThis, { longTasks: told });
    new PerformanceObserver((list) => {
      told.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask', buffered: true });
  });
  await screen.page.reload();
  return screen;
}

/** Until the newest message is in sight: whoever finds something new is led to where it begins, and goes to the end from there. */
async function toEnd(screen: Screen, newest: string): Promise<void> {
  const { page } = screen;
  const jump = page.getByRole('button', { name: /new$|Jump to latest/ });
  while (!(await screen.message(newest).isVisible())) {
    if (await jump.isVisible()) await jump.click({ timeout: 1_000 }).catch(() => {});
    await page.waitForTimeout(20);
  }
}

interface Deafness {
  readonly what: string;
  readonly tasks: readonly number[];
}

interface Seen {
  /** From the click on somebody until the first message to them is Sent. */
  readonly sent: Histogram;
  readonly backlog: number;
  readonly deafness: readonly Deafness[];
}

async function look(port: number, browser: Browser, people: number, messages: number): Promise<Seen> {
  const url = `http://localhost:${port}`;
  const others: Person[] = [];
  const deafness: Deafness[] = [];
  try {
    for (let at = 0; at < people; at += 1) others.push(await Person.enters(port, `Guest ${at}`));
    const ada = await watched(browser, url);
    const { page } = ada;
    const hearing = async (what: string) => deafness.push({ what, tasks: await longTasks(page) });
    await ada.enter('Ada');
    await ada.online(people + 1).waitFor();
    await hearing('entering');

    const sent = new Histogram();
    for (let at = 0; at < people; at += 1) {
      const clicked = clock();
      await ada.messagePerson(`Guest ${at}`);
      await ada.say('hello');
      await ada
        .message('hello')
        .getByText(/^(Sent|Delivered|Seen)$/)
        .waitFor({ state: 'attached' });
      if (at > 0) sent.add(clock() - clicked);
    }
    await hearing('opening conversations');

    const [bo] = others;
    const room = bo?.client.rooms.find((one) => one.id !== LOUNGE)?.id;
    if (bo === undefined || room === undefined) throw new Error('Guest 0 was written to');
    await page.goto('about:blank');
    const said = () => bo.texts(room).size - 1;
    for (let at = 0; at < messages; at += 1) {
      if (at - said() >= 64) await bo.until(() => at - said() < 32);
      await bo.say(`message ${at}`, room);
    }
    await bo.until(() => said() === messages);
    const returned = clock();
    await page.goto(url);
    await ada.tab('Guest 0').click();
    await toEnd(ada, `message ${messages - 1}`);
    const backlog = clock() - returned;
    await page.waitForTimeout(2_000);
    await hearing('a backlog');
    return { sent, backlog, deafness };
  } finally {
    for (const person of others) person.stop();
  }
}

export const page: Scenario = {
  name: 'page',
  title: 'Page: a real browser, its own thread watched',
  async run({ quick }, tell) {
    const relay = new ServerProcess('aurora');
    const browser = await launchBrowser();
    try {
      const people = quick ? 6 : 20;
      const messages = quick ? 1_000 : 10_000;
      tell(`${people} private conversations and a backlog of ${messages.toLocaleString('en')}`);
      const { sent, backlog, deafness } = await look(await relay.start(), browser, people, messages);
      const longest = (tasks: readonly number[]) => Math.max(0, ...tasks);
      return {
        heading: ['what', 'measured', 'p95'],
        rows: [
          [
            'click until the first message is Sent',
            `${short(sent.quantile(0.5))} ms`,
            short(sent.quantile(0.95)),
          ],
          [
            `opening the page until a backlog of ${messages.toLocaleString('en')} is read`,
            `${short(backlog)} ms`,
            '',
          ],
          ...deafness.map(({ what, tasks }) => [
            `tasks over ${LONGEST} ms: ${what}`,
            `${tasks.length}`,
            tasks.length === 0 ? '' : `longest ${short(longest(tasks))} ms`,
          ]),
        ],
        notes: ['real Chromium without a graphics card; typing and waiting are the driver’s, and count'],
        verdicts: deafness.map(({ what, tasks }) => ({
          what: `longest task of the page, ${what}`,
          measured: longest(tasks),
          unit: 'ms',
          bound: 'at most' as const,
          budget: LONGEST,
        })),
      };
    } finally {
      await Promise.all([browser.close(), relay.stop()]);
    }
  },
};
