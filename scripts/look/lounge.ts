import { LOUNGE } from '@aurora/protocol';
import type { Browser } from 'playwright-core';
import { type Screen, visit } from '../../test/support/browser.ts';
import { fileWays } from '../../test/support/filing.ts';
import { type Headless, headless, ready } from '../../test/support/headless.ts';
import type { RelayProcess } from '../../test/support/relay.ts';

const VIEWER = 'Mia';

/** What is said in the pictures, in order. Samira's line is long, so that wrapping shows. */
const TALK: readonly (readonly [nickname: string, text: string])[] = [
  ['Leo', 'Good evening! Who else saw the northern lights last night?'],
  [VIEWER, 'Me! From the lighthouse. The whole sky was green 😍'],
  ['Anh Thư', 'Chào mọi người 👋 I have pictures, I will send them later.'],
  ['Jonas', 'There is a forecast for tonight: https://example.org/aurora'],
  [
    'Samira',
    'Then let us meet at the pier at nine. Bring something warm to drink, a blanket, and nothing that shines: eyes need twenty minutes to get used to the dark, and one torch undoes it for everybody.',
  ],
  ['Samira', '🌌🌌🌌'],
  [VIEWER, 'I am in. Tea is on me 🍵'],
  ['Tomás', '¡Perfecto! Nos vemos allí.'],
  ['Kora', 'First time here, may I come along?'],
  ['Leo', 'Of course, Kora!\nWe leave from the harbour at half past eight.'],
];

/** A lounge with people in it who talk: a real page for the one whose screen it is, real clients for the others. */
export async function talkingLounge(
  browser: Browser,
  relay: RelayProcess,
): Promise<{ readonly viewer: Screen; readonly others: ReadonlyMap<string, Headless> }> {
  const viewer = await visit(browser, relay.url);
  await viewer.enter(VIEWER);
  const others = new Map<string, Headless>();
  for (const nickname of ['Leo', 'Anh Thư', 'Jonas', 'Samira', 'Tomás', 'Kim', 'Kora']) {
    const somebody = await headless(relay, nickname, { files: fileWays(relay) });
    await ready(somebody);
    others.set(nickname, somebody);
  }
  for (const [nickname, text] of TALK) {
    const somebody = others.get(nickname);
    await (somebody ? somebody.say(text) : viewer.say(text));
    await viewer
      .message(text.split('\n')[0] ?? text)
      .last()
      .waitFor();
  }
  await others.get('Kim')?.client.room(LOUNGE).tellTyping(true);
  return { viewer, others };
}
