import { type Delivery, type Entry, LOUNGE, type Seq } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { all, answering, type Evil, flipped, inserting, mailing, rewriting } from './meddling.ts';
import { prepare, Scene, seeds, sentTo, type Victim } from './scene.ts';

beforeAll(prepare);

/** Changes what comes by the mailbox for private rooms; `changed` are the deliveries as they were. */
function changingMail(change: (delivery: Delivery) => Delivery[]) {
  const changed: Delivery[] = [];
  const evil = mailing((delivery) => {
    if (delivery.room === LOUNGE) return [delivery];
    changed.push(delivery);
    return change(delivery);
  });
  return { evil, changed };
}

describe.each(seeds)('key packages (AURORA_SEED=%i)', (seed) => {
  /** Ada writes to Bo while the relay cheats, and again when it is honest. */
  async function refuses(scene: Scene, ada: Victim, bo: Victim, evil: Evil, times: () => number) {
    ada.line.evil = evil;
    const room = await ada.person.client.conversations.openDirect(bo.person.card);
    await ada.person.say('for Bo alone', room);
    await scene.world.until('Ada is told', () => ada.person.faults.length > 0);
    expect(times()).toBeGreaterThan(0);
    expect(ada.person.faults.join()).toContain('identity_differs');
    await scene.world.pass(60_000);
    expect(sentTo(ada, room)).toEqual([]);

    ada.line.evil = {};
    const again: Victim = { person: await scene.world.restarted(ada.person, ada.line), line: ada.line };
    await scene.reads(bo, 'for Bo alone', room);
    await scene.says(again, 'once more', room);
    await scene.reads(bo, 'once more', room);
    return room;
  }

  it('a relay that swaps a key package: Ada refuses Cleo’s for Bo’s and sends nothing', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo] = await scene.meet('Ada', 'Bo', 'Cleo');
    const [other] = cleo.line.askedFor('publish_key_packages').flatMap(({ packages }) => packages);
    let swapped = 0;
    const evil = answering('key_packages', (reply) => ({
      ...reply,
      packages: reply.packages.map((one) => {
        swapped += 1;
        return { ...one, package: other ?? one.package };
      }),
    }));
    const room = await refuses(scene, ada, bo, evil, () => swapped);
    expect(cleo.person.view(room)).toBeUndefined();
  });

  it('a relay that answers with all of another’s: Ada refuses Cleo’s device and name for Bo’s', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo] = await scene.meet('Ada', 'Bo', 'Cleo');
    let swapped = 0;
    const evil: Evil = {
      hear(request) {
        if (request.type !== 'key_packages') return request;
        swapped += 1;
        return { ...request, identities: [cleo.person.card.identity] };
      },
    };
    const room = await refuses(scene, ada, bo, evil, () => swapped);
    expect(cleo.person.view(room)).toBeUndefined();
  });

  it.each([0, 100, 600])(
    'a relay that flips a bit of a key package, %i bytes from its end: Ada refuses it',
    async (at) => {
      const scene = new Scene(seed);
      const [ada, bo] = await scene.meet('Ada', 'Bo');
      let swapped = 0;
      const evil = answering('key_packages', (reply) => ({
        ...reply,
        packages: reply.packages.map((one) => {
          swapped += 1;
          return { ...one, package: flipped(one.package, at) };
        }),
      }));
      await refuses(scene, ada, bo, evil, () => swapped);
    },
  );
});

describe.each(seeds)('welcomes (AURORA_SEED=%i)', (seed) => {
  const places = [0, 50, 300, 1_000, 2_000];
  it.each(places)(
    'a relay that flips a bit of a welcome, %i bytes from its end: Bo believes nothing of it, and comes in later',
    async (at) => {
      const scene = new Scene(seed);
      const [ada, bo] = await scene.meet('Ada', 'Bo');
      const { evil, changed } = changingMail((one) => [{ ...one, frame: flipped(one.frame, at) }]);
      bo.line.evil = evil;
      const created = ada.person.client.conversations.create('Plans', 'none', [bo.person.card]);
      const room = await scene.world.done('the room is made', created);
      await scene.world.until('it was told', () => changed.length > 0);
      expect(changed[0]?.frame.length).toBeGreaterThan(at);
      await scene.world.pass(1_000);
      expect(bo.person.standing(room)).not.toBe('ready');

      bo.line.evil = {};
      await scene.areIn(room, ada, bo);
      await scene.says(ada, 'hello', room);
      await scene.reads(bo, 'hello', room);
      expect(bo.person.warningsIn(room)).toEqual([]);
    },
  );

  it('a relay that gives a room’s welcome for another’s: Bo comes into neither by it, and into both later', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const { conversations } = ada.person.client;
    const kept = changingMail(() => []);
    bo.line.evil = kept.evil;
    const makes = (title: string) =>
      scene.world.done('the room is made', conversations.create(title, 'none', [bo.person.card]));
    const [plans, party] = [await makes('Plans'), await makes('Party')];
    await scene.world.until('both welcomes were kept back', () => kept.changed.length === 2);

    const swapped = changingMail((one) => [{ ...one, room: one.room === plans ? party : plans }]);
    bo.line.evil = swapped.evil;
    const again: Victim = { person: await scene.world.restarted(bo.person, bo.line), line: bo.line };
    await scene.world.until('both were swapped', () => swapped.changed.length >= 2);
    await scene.world.pass(1_000);
    for (const room of [plans, party]) expect(again.person.standing(room)).not.toBe('ready');

    bo.line.evil = {};
    for (const [room, title] of [
      [plans, 'Plans'],
      [party, 'Party'],
    ] as const) {
      await scene.areIn(room, ada, again);
      expect(again.person.view(room)).toMatchObject({ title, members: 2 });
      await scene.says(ada, title, room);
      await scene.reads(again, title, room);
    }
  });

  it('a relay that tells an old welcome again: Bo, who was removed, stays out', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const room = await scene.room(ada, bo);
    const [welcome] = bo.line.told.filter(
      (event) => event.type === 'delivery' && event.delivery.room === room,
    );
    if (welcome === undefined) throw new Error('Bo was welcomed');
    const removal = ada.person.client.conversations.private(room).remove(bo.person.card.identity);
    await scene.world.done('Bo is removed', removal);
    await scene.world.until('Bo knows', () => bo.person.standing(room) === 'removed');
    const again = inserting(welcome);
    bo.line.evil = again;
    await scene.says(ada, 'after', room);
    await scene.world.until('it was told', () => again.waiting.length === 0);
    await scene.world.pass(60_000);
    expect(bo.person.standing(room)).toBe('removed');
    expect(bo.person.textsIn(room)).toEqual([]);
  });

  it('a relay that hands Bo’s welcome to Mallory: it opens nothing for her', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const room = await scene.room(ada, bo);
    const welcomes = bo.line.told.filter(
      (event) => event.type === 'delivery' && event.delivery.room === room,
    );
    const handed = inserting(...welcomes);
    mallory.line.evil = handed;
    expect(welcomes.length).toBeGreaterThan(0);
    await scene.world.until('it was told', () => handed.waiting.length === 0);
    await scene.says(ada, 'for us', room);
    const log = inserting({ type: 'entries', room, entries: ada.line.entriesOf(room) });
    mallory.line.evil = log;
    await scene.world.until('she was told the log', () => log.waiting.length === 0);
    await scene.world.pass(60_000);
    expect(mallory.person.standing(room)).not.toBe('ready');
    expect(mallory.person.textsIn(room)).toEqual([]);
  });
});

describe.each(seeds)('a removal (AURORA_SEED=%i)', (seed) => {
  const close = (said: Entry[], { seq }: Entry) =>
    said.filter(({ kind }) => kind === 'message').map((entry, at) => ({ ...entry, seq: (seq + at) as Seq }));
  const feeds: [string, (said: Entry[], commit: Entry) => Entry[]][] = [
    ['as it is', (said) => said],
    ['without his removal', close],
    [
      'under the keys that he has',
      (said, commit) => close(said, commit).map((entry) => ({ ...entry, epoch: commit.epoch })),
    ],
  ];
  it.each(feeds)(
    'a relay that goes on to tell the removed Bo the log %s: he reads nothing of what was said after',
    async (_, feed) => {
      const scene = new Scene(seed);
      const [ada, bo, cleo] = await scene.meet('Ada', 'Bo', 'Cleo');
      const room = await scene.room(ada, bo, cleo);
      await scene.says(ada, 'before', room);
      await scene.reads(bo, 'before', room);
      const deaf: Evil = {
        tell: (events) => events.filter((event) => event.type !== 'removed' && event.type !== 'entries'),
      };
      bo.line.evil = deaf;
      // Nor does Cleo, for now.
      cleo.line.evil = rewriting(room, () => []);
      const removal = ada.person.client.conversations.private(room).remove(bo.person.card.identity);
      await scene.world.done('Bo is removed', removal);
      const commit = ada.line.entriesOf(room).at(-1);
      expect(commit?.kind).toBe('commit');
      await cleo.person.say('between', room);
      await scene.world.pass(5_000);
      expect(ada.person.textsIn(room)).not.toContain('between');

      cleo.line.evil = {};
      await scene.says(ada, 'after', room);
      await scene.reads(cleo, 'after', room);
      await scene.reads(ada, 'between', room);
      if (commit === undefined) throw new Error('the removal stands in the log');
      const said = ada.line.entriesOf(room).filter(({ seq }) => seq >= commit.seq);
      expect(said.length).toBeGreaterThan(2);
      const fed = inserting({ type: 'entries', room, entries: feed(said, commit) });
      bo.line.evil = all(deaf, fed);
      await scene.world.until('Bo was told', () => fed.waiting.length === 0);
      const isOut = () => bo.person.standing(room) === 'removed' || bo.person.warningsIn(room).length > 1;
      await scene.world.until('he has taken it in', isOut);
      await scene.world.pass(60_000);
      expect(bo.person.textsIn(room)).toEqual(['before']);
    },
  );
});
