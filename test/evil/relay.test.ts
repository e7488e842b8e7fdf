import { beforeAll, describe, expect, it } from 'vitest';
import { answering, retelling } from './meddling.ts';
import { deviceOf, prepare, Scene } from './scene.ts';

const RUNS = Number(process.env.AURORA_SIMULATIONS ?? 1);
const SEED = Number(process.env.AURORA_SEED ?? 20_261_125);
const seeds = Array.from({ length: RUNS }, (_, index) => SEED + index);

beforeAll(prepare);

describe.each(seeds)('keys from a relay that cheats (AURORA_SEED=%i)', (seed) => {
  it('a relay that swaps a key package: Ada refuses Cleo’s for Bo’s and sends nothing', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo] = [await scene.enters('Ada'), await scene.enters('Bo'), await scene.enters('Cleo')];
    const [other] = cleo.line.askedFor('publish_key_packages').flatMap(({ packages }) => packages);
    let swapped = 0;
    ada.line.evil = answering('key_packages', (reply) => ({
      ...reply,
      packages: reply.packages.map((one) => {
        swapped += 1;
        return { ...one, package: other ?? one.package };
      }),
    }));
    const room = await ada.person.client.conversations.openDirect(bo.person.card);
    await ada.person.say('for Bo alone', room);
    await scene.world.until('Ada is told', () => ada.person.faults.length > 0);
    expect(swapped).toBeGreaterThan(0);
    expect(ada.person.faults.join()).toContain('identity_differs');
    await scene.world.pass(60_000);
    expect(ada.line.askedFor('commit')).toEqual([]);
    expect(ada.line.askedFor('append').filter((request) => request.room === room)).toEqual([]);
    expect(cleo.person.view(room)).toBeUndefined();
  });
});

describe.each(seeds)('a log from a relay that cheats (AURORA_SEED=%i)', (seed) => {
  it('a relay that swaps a message’s sender: it is shown as nobody’s', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo] = [await scene.enters('Ada'), await scene.enters('Bo'), await scene.enters('Cleo')];
    const room = await scene.room(ada, bo, cleo);
    await scene.says(ada, 'one', room);
    await scene.reads(bo, 'one', room);
    let swapped = 0;
    bo.line.evil = retelling(room, (entries) =>
      entries.map((entry) => {
        if (entry.kind !== 'message') return entry;
        swapped += 1;
        return { ...entry, sender: deviceOf(cleo) };
      }),
    );
    await scene.says(ada, 'two', room);
    await scene.world.until('it was told', () => swapped > 0);
    await scene.world.pass(1_000);
    expect(bo.person.warningsIn(room)).toEqual(['sender_mismatch']);
    expect(bo.person.textsIn(room)).toEqual(['one']);
    bo.line.evil = {};
    await scene.says(ada, 'three', room);
    await scene.reads(bo, 'three', room);
    await scene.warns(bo, 'fork', room);
  });
});
