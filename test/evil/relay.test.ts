import type { Entry, RoomId, Seq } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Evil, flipped, hiding, retelling, rewriting } from './meddling.ts';
import { deviceOf, prepare, Scene, seeds } from './scene.ts';

beforeAll(prepare);

/** Ada, Bo and Cleo in a private room in which something was said. */
async function inRoom(seed: number) {
  const scene = new Scene(seed);
  const [ada, bo, cleo] = await scene.meet('Ada', 'Bo', 'Cleo');
  const room = await scene.room(ada, bo, cleo);
  await scene.says(ada, 'one', room);
  for (const one of [bo, cleo]) await scene.reads(one, 'one', room);
  return { scene, room, ada, bo, cleo };
}

/** Changes the entries of one kind; `changed` are those as they were. */
function changing(room: RoomId, kind: Entry['kind'], change: (entry: Entry) => Entry[]) {
  const changed: Entry[] = [];
  const evil: Evil = retelling(room, (entries) =>
    entries.flatMap((entry) => {
      if (entry.kind !== kind) return [entry];
      changed.push(entry);
      return change(entry);
    }),
  );
  return { evil, changed };
}

describe.each(seeds)('the log of a private room (AURORA_SEED=%i)', (seed) => {
  it('a relay that drops a message: Bo is told of the gap, and has it all once the relay is honest', async () => {
    const { scene, room, ada, bo } = await inRoom(seed);
    const { evil, changed } = changing(room, 'message', (entry) =>
      entry.id === changed[0]?.id ? [] : [entry],
    );
    bo.line.evil = evil;
    await scene.says(ada, 'two', room);
    await scene.says(ada, 'three', room);
    await scene.warns(bo, 'gap', room);
    expect(changed.length).toBeGreaterThan(1);
    expect(bo.person.textsIn(room)).toEqual(['one']);

    bo.line.evil = {};
    await scene.says(ada, 'four', room);
    await scene.reads(bo, 'four', room);
    expect(bo.person.textsIn(room)).toEqual(['one', 'two', 'three', 'four']);
    expect(bo.person.warningsIn(room)).toEqual([]);
  });

  it('a relay that drops a message and closes the gap: Bo is told of another history', async () => {
    const { scene, room, ada, bo } = await inRoom(seed);
    bo.line.evil = rewriting(room, () => []);
    await scene.says(ada, 'two', room);
    const hidden = ada.line.entriesOf(room).at(-1);
    if (hidden === undefined) throw new Error('there is an entry');
    bo.line.evil = hiding(room, hidden);
    await scene.says(ada, 'three', room);
    await scene.reads(bo, 'three', room);
    expect(bo.person.textsIn(room)).toEqual(['one', 'three']);
    await scene.warns(bo, 'fork', room);
  });

  it('a relay that drops a change of members: Bo is told of the gap, and follows it once the relay is honest', async () => {
    const { scene, room, ada, bo, cleo } = await inRoom(seed);
    const { evil, changed } = changing(room, 'commit', () => []);
    bo.line.evil = evil;
    const removal = ada.person.client.conversations.private(room).remove(cleo.person.card.identity);
    await scene.world.done('Cleo is removed', removal);
    await scene.says(ada, 'two', room);
    await scene.warns(bo, 'gap', room);
    expect(changed.length).toBeGreaterThan(0);
    expect(bo.person.textsIn(room)).toEqual(['one']);

    bo.line.evil = {};
    await scene.says(ada, 'three', room);
    await scene.reads(bo, 'three', room);
    expect(bo.person.textsIn(room)).toEqual(['one', 'two', 'three']);
    expect(bo.person.view(room)).toMatchObject({ members: 2 });
    await scene.says(bo, 'four', room);
    await scene.reads(ada, 'four', room);
  });

  it('a relay that drops a change of members and closes the gap: Bo reads and shows nothing wrong, and says nothing', async () => {
    const { scene, room, ada, bo, cleo } = await inRoom(seed);
    bo.line.evil = rewriting(room, () => []);
    const removal = ada.person.client.conversations.private(room).remove(cleo.person.card.identity);
    await scene.world.done('Cleo is removed', removal);
    const hidden = ada.line.entriesOf(room).at(-1);
    if (hidden?.kind !== 'commit') throw new Error('the removal is the last entry');
    bo.line.evil = hiding(room, hidden);
    await scene.says(ada, 'two', room);
    await scene.warns(bo, 'epoch_mismatch', room);
    expect(bo.person.textsIn(room)).toEqual(['one']);
    await bo.person.say('who hears me?', room);
    await scene.world.pass(30_000);
    const last = bo.person.messagesIn(room).at(-1);
    expect(last).toMatchObject({ text: 'who hears me?', delivery: { status: 'pending' } });
    expect(cleo.person.textsIn(room)).toEqual(['one']);
  });

  it('a relay that tells two entries in the wrong order: neither is lost or shown out of order', async () => {
    const { scene, room, ada, bo, cleo } = await inRoom(seed);
    let reversed = 0;
    bo.line.evil = rewriting(room, (entries) => {
      reversed = Math.max(reversed, entries.length);
      return entries.length < 2 ? [] : entries.toReversed();
    });
    await scene.says(ada, 'two', room);
    await scene.reads(cleo, 'two', room);
    await scene.says(cleo, 'three', room);
    await scene.warns(bo, 'gap', room);
    expect(reversed).toBe(2);
    expect(bo.person.textsIn(room)).toEqual(['one']);

    bo.line.evil = {};
    await scene.says(ada, 'four', room);
    await scene.reads(bo, 'four', room);
    expect(bo.person.textsIn(room)).toEqual(['one', 'two', 'three', 'four']);
    expect(bo.person.warningsIn(room)).toEqual([]);
  });

  it('a relay that gives two entries each other’s places: Bo is told of another history', async () => {
    const { scene, room, ada, bo, cleo } = await inRoom(seed);
    let swapped = 0;
    bo.line.evil = rewriting(room, (entries) => {
      const [first, second] = entries;
      if (first === undefined || second === undefined) return [];
      swapped += 1;
      return [
        { ...second, seq: first.seq },
        { ...first, seq: second.seq },
      ];
    });
    await scene.says(ada, 'two', room);
    await scene.reads(cleo, 'two', room);
    await scene.says(cleo, 'three', room);
    await scene.warns(bo, 'fork', room);
    expect(swapped).toBeGreaterThan(0);
  });

  it('a relay that replays a message at a new place: it is shown once', async () => {
    const { scene, room, ada, bo } = await inRoom(seed);
    const { evil, changed } = changing(room, 'message', (entry) => [
      entry,
      { ...entry, seq: (entry.seq + 1) as Seq },
    ]);
    bo.line.evil = evil;
    await scene.says(ada, 'two', room);
    await scene.warns(bo, 'replayed', room);
    expect(changed.length).toBeGreaterThan(0);
    expect(bo.person.textsIn(room)).toEqual(['one', 'two']);

    bo.line.evil = {};
    await scene.says(ada, 'three', room);
    await scene.says(ada, 'four', room);
    await scene.reads(bo, 'four', room);
    await scene.warns(bo, 'fork', room);
    expect(bo.person.textsIn(room).filter((text) => text === 'two')).toHaveLength(1);
  });

  it('a relay that shows two members different histories: both are told as soon as they talk', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const room = await scene.direct(ada, bo);
    let told = 0;
    bo.line.evil = rewriting(room, (entries) => {
      const [first, second] = entries;
      if (first === undefined || second === undefined) return [];
      told += 1;
      return [
        { ...second, seq: first.seq },
        { ...first, seq: second.seq },
      ];
    });
    await scene.says(ada, 'one', room);
    await scene.says(ada, 'two', room);
    await scene.reads(bo, 'two', room);
    expect(told).toBeGreaterThan(0);
    bo.line.evil = {};
    await scene.says(ada, 'three', room);
    await scene.warns(bo, 'fork', room);
    await scene.says(bo, 'four', room);
    await scene.warns(ada, 'fork', room);
  });

  it('a relay that swaps a message’s sender: it is shown as nobody’s', async () => {
    const { scene, room, ada, bo, cleo } = await inRoom(seed);
    const { evil, changed } = changing(room, 'message', (entry) => [{ ...entry, sender: deviceOf(cleo) }]);
    bo.line.evil = evil;
    await scene.says(ada, 'two', room);
    await scene.warns(bo, 'sender_mismatch', room);
    expect(changed.length).toBeGreaterThan(0);
    expect(bo.person.textsIn(room)).toEqual(['one']);

    bo.line.evil = {};
    await scene.says(ada, 'three', room);
    await scene.warns(bo, 'fork', room);
    expect(bo.person.textsIn(room)).toEqual(['one', 'three']);
  });

  it.each([0, 40, 100])(
    'a relay that flips a bit of a message, %i bytes from its end: it is left out',
    async (at) => {
      const { scene, room, ada, bo } = await inRoom(seed);
      const { evil, changed } = changing(room, 'message', (entry) => [
        { ...entry, frame: flipped(entry.frame, at) },
      ]);
      bo.line.evil = evil;
      await scene.says(ada, 'two', room);
      await scene.world.until('Bo is warned', () => bo.person.warningsIn(room).length > 0);
      expect(changed.length).toBeGreaterThan(0);
      expect(bo.person.textsIn(room)).toEqual(['one']);

      bo.line.evil = {};
      await scene.says(ada, 'three', room);
      await scene.warns(bo, 'fork', room);
      expect(bo.person.textsIn(room)).toEqual(['one', 'three']);
    },
  );

  it.each([0, 40, 200])(
    'a relay that flips a bit of a change of keys, %i bytes from its end: Bo finds back in',
    async (at) => {
      const { scene, room, ada, bo, cleo } = await inRoom(seed);
      const { evil, changed } = changing(room, 'commit', (entry) => [
        { ...entry, frame: flipped(entry.frame, at) },
      ]);
      bo.line.evil = evil;
      const removal = ada.person.client.conversations.private(room).remove(cleo.person.card.identity);
      await scene.world.done('Cleo is removed', removal);
      await scene.world.until('it was told', () => changed.length > 0);
      await scene.says(ada, 'two', room);
      bo.line.evil = {};
      await scene.world.until('Bo asks to be let in', () => bo.line.askedFor('knock').length > 0);
      await scene.areIn(room, ada, bo);
      await scene.says(ada, 'three', room);
      await scene.reads(bo, 'three', room);
      await scene.says(bo, 'four', room);
      await scene.reads(ada, 'four', room);
      expect(bo.person.textsIn(room)).toEqual(['one', 'two', 'three', 'four']);
      expect(bo.person.view(room)).toMatchObject({ members: 2 });
      expect(cleo.person.textsIn(room)).toEqual(['one']);
    },
  );
});
