import type { HistoryPolicy } from '@aurora/crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Headless, headless, ready } from '../support/headless.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

let relay: RelayProcess;
let people: Headless[] = [];

beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  for (const somebody of people) somebody.stop();
  people = [];
  await relay.dispose();
});

async function comes(nickname: string, history?: HistoryPolicy): Promise<Headless> {
  const somebody = await headless(relay, nickname, history === undefined ? {} : { history });
  people.push(somebody);
  await ready(somebody);
  return somebody;
}

async function reads(somebody: Headless, text: string): Promise<void> {
  await until(`somebody reads "${text}"`, () => somebody.texts().includes(text));
}

describe('a late joiner', () => {
  it.each(['week', 'all'] as const)('reads what was said before, under the policy "%s"', async (policy) => {
    const ada = await comes('Ada', policy);
    await ada.say('before you came');
    const bo = await comes('Bo');
    await bo.scrollUp();
    expect(bo.texts()).toEqual(['before you came']);
    await ada.say('welcome');
    await reads(bo, 'welcome');
  });

  it('reads nothing of what was said before, under the policy "none", and everything afterwards', async () => {
    const ada = await comes('Ada', 'none');
    await ada.say('between us');
    const bo = await comes('Bo');
    await bo.scrollUp();
    expect(bo.texts()).toEqual([]);
    expect(bo.rows().some((row) => row.kind === 'sealed')).toBe(true);
    await ada.say('welcome');
    await reads(bo, 'welcome');
    await bo.say('thank you');
    await reads(ada, 'thank you');
  });
});

describe('an empty room', () => {
  it('is reopened by whoever comes, with a new key; the old messages open when a holder returns', async () => {
    const ada = await comes('Ada');
    await ada.say('is anybody here?');
    await until('it is in the log', () =>
      ada.rows().some((row) => row.kind === 'message' && row.delivery.status === 'sent'),
    );
    ada.stop();

    const bo = await comes('Bo');
    await bo.scrollUp();
    expect(bo.texts()).toEqual([]);
    expect(bo.rows().some((row) => row.kind === 'sealed')).toBe(true);
    await bo.say('now I am');

    const again = await headless(relay, null, { vault: ada.vault });
    people.push(again);
    await ready(again);
    await reads(again, 'now I am');
    await reads(bo, 'is anybody here?');
  });

  it('is the same room for its only member after a return', async () => {
    const ada = await comes('Ada');
    await ada.say('note to self');
    await reads(ada, 'note to self');
    ada.stop();
    const again = await headless(relay, null, { vault: ada.vault });
    people.push(again);
    await ready(again);
    await again.scrollUp();
    expect(again.texts()).toEqual(['note to self']);
    await again.say('still me');
    await reads(again, 'still me');
  });
});
