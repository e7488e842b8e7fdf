import { type Clock, systemClock } from '@aurora/chat';
import type { Millis } from '@aurora/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Headless, headless, messages, ready } from '../support/headless.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

const DAY = 24 * 60 * 60 * 1000;
const MINUTE = 60 * 1000;

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

function shifted(offset: number): Clock {
  return { ...systemClock, now: () => (systemClock.now() + offset) as Millis };
}

describe('a clock that is a day off', () => {
  it.each([
    ['ahead', DAY],
    ['behind', -DAY],
  ])('%s neither keeps anybody out nor shows in the times of messages', async (_, offset) => {
    const ada = await headless(relay, 'Ada', { clock: shifted(offset) });
    const bo = await headless(relay, 'Bo');
    people = [ada, bo];
    await ready(ada);
    await ready(bo);
    await ada.say('what time is it?');
    const heard = await until('Bo hears', () => messages(bo).find(({ text }) => text === 'what time is it?'));
    expect(Math.abs(heard.at - Date.now())).toBeLessThan(MINUTE);
    await bo.say('time to go');
    await until('Ada hears', () => ada.texts().includes('time to go'));
    for (const { at } of messages(ada)) expect(Math.abs(at - Date.now())).toBeLessThan(MINUTE);
  });
});
