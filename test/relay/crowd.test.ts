import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Headless, headless, ready } from '../support/headless.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

const MEMBERS = 200;
const LEAVING = 60;
const ROUNDS = 3;
/** All of them share two cores, and each checks everybody's signatures. */
const PATIENCE = 400_000;

let relay: RelayProcess;
const people: Headless[] = [];

beforeAll(async () => {
  relay = await startRelay('--sockets-per-address', '1000');
});
afterAll(async () => {
  for (const somebody of people) somebody.stop();
  await relay?.dispose();
});

async function comes(index: number): Promise<Headless> {
  const somebody = await headless(relay, `Member ${index}`);
  people.push(somebody);
  return somebody;
}

/** A few at a time: two cores make all the keys. */
async function inBatches<T>(count: number, size: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let at = 0; at < count; at += size) {
    const batch = Array.from({ length: Math.min(size, count - at) }, (_, index) => make(at + index));
    made.push(...(await Promise.all(batch)));
  }
  return made;
}

describe('a crowd', () => {
  it(
    `of ${MEMBERS} comes and goes while messages flow; everybody who stays reads every message once, in one order`,
    async () => {
      const staying = await inBatches(MEMBERS - LEAVING, 20, comes);
      await Promise.all(staying.map(ready));
      const said: string[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const visitors = await inBatches(LEAVING / ROUNDS, 10, (index) =>
          comes(MEMBERS + round * LEAVING + index),
        );
        for (const [index, speaker] of staying.entries()) {
          if (index % ROUNDS !== round) continue;
          const text = `round ${round}, from ${index}`;
          said.push(text);
          await speaker.say(text);
        }
        await Promise.all(visitors.map(ready));
        for (const visitor of visitors) visitor.stop();
      }
      for (const somebody of staying) {
        await until('everybody has read everything', () => somebody.texts().length >= said.length, 90_000);
      }
      const order = staying[0]?.texts() ?? [];
      expect([...order].sort()).toEqual([...said].sort());
      for (const somebody of staying) expect(somebody.texts()).toEqual(order);
      const warnings = staying.flatMap((somebody) => somebody.rows().filter((row) => row.kind === 'warning'));
      expect(warnings).toEqual([]);
    },
    PATIENCE,
  );
});
