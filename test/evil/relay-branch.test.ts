import type { Entry } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { all, type Evil, flipped, inserting, retelling, rewriting } from './meddling.ts';
import { prepare, Scene, seeds } from './scene.ts';

beforeAll(prepare);

describe.each(seeds)('two branches of a group (AURORA_SEED=%i)', (seed) => {
  it('a relay that spoils a removal for Bo, so that his branch overtakes Ada’s: she never comes back to a group with Cleo', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo, dan, eve] = await scene.meet('Ada', 'Bo', 'Cleo', 'Dan', 'Eve');
    const room = await scene.room(ada, bo, cleo);
    await scene.says(ada, 'before', room);
    await scene.reads(cleo, 'before', room);
    const spoilt: Entry[] = [];
    const spoil = (entries: Entry[]) =>
      entries.map((entry) => {
        if (entry.kind !== 'commit' || (spoilt[0] && entry.seq !== spoilt[0].seq)) return entry;
        spoilt.push(entry);
        return { ...entry, frame: flipped(entry.frame, 0) };
      });
    bo.line.evil = retelling(room, spoil);
    const deaf: Evil = {
      tell: (events) => events.filter(({ type }) => type !== 'removed' && type !== 'entries'),
    };
    cleo.line.evil = deaf;
    const removal = ada.person.client.conversations.private(room).remove(cleo.person.card.identity);
    await scene.world.done('Cleo is removed', removal);
    ada.line.evil = rewriting(room, () => []);
    await scene.world.until('Bo was told something spoilt', () => spoilt.length > 0);
    bo.line.evil = {};
    await scene.world.until(
      'Bo mends the room',
      () => bo.line.askedFor('commit').length > 0 && bo.person.standing(room) === 'ready',
    );
    for (const one of [dan, eve]) {
      const invited = bo.person.client.conversations.private(room).invite([one.person.card]);
      await scene.world.done('Bo invites', invited);
    }
    ada.line.evil = {};
    await scene.world.until('Ada asks to be let in', () => ada.line.askedFor('knock').length > 0);
    // Whoever of his branch is the first.
    const commits = () => [bo, dan, eve].flatMap(({ line }) => line.askedFor('commit')).length;
    const invited = commits();
    await scene.world.until('one of them lets her in', () => commits() > invited);
    await scene.world.pass(30_000);
    await ada.person.say('without Cleo', room);
    await scene.world.pass(30_000);
    const [last] = spoilt;
    const everything = bo.line.entriesOf(room).filter(({ seq }) => last && seq >= last.seq);
    const fed = inserting({ type: 'entries', room, entries: spoil(everything) });
    cleo.line.evil = all(deaf, fed);
    await scene.world.until('Cleo was told', () => fed.waiting.length === 0);
    await scene.world.pass(10_000);
    expect(cleo.person.warningsIn(room)).toEqual(['commit_malformed']);
    expect(cleo.person.textsIn(room)).not.toContain('without Cleo');
    const panel = await scene.world.done(
      'the members are shown',
      ada.person.client.conversations.private(room).panel(),
    );
    expect(panel.members.map(({ nickname }) => nickname)).not.toContain('Cleo');
  });

  it('a relay that spoils changes of keys for all, those who made them too: they find together once it is honest', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const room = await scene.room(ada, bo);
    const { conversations } = ada.person.client;
    for (const { line } of [ada, bo])
      line.evil = retelling(room, (entries) =>
        // In its confirmation tag, by which one knows one’s own.
        entries.map((entry) =>
          entry.kind === 'commit' ? { ...entry, frame: flipped(entry.frame, 80) } : entry,
        ),
      );
    const appointed = conversations.private(room).appoint(bo.person.card.identity, true);
    await scene.world.done('Bo is appointed', appointed).catch(() => {});
    await scene.world.until('both have lost the room', () =>
      [ada, bo].every(({ person }) => person.standing(room) === 'lost'),
    );
    for (const { line } of [ada, bo]) line.evil = {};
    await scene.areIn(room, ada, bo);
    await scene.says(ada, 'here again', room);
    await scene.reads(bo, 'here again', room);
    await scene.says(bo, 'so am I', room);
    await scene.reads(ada, 'so am I', room);
  });

  it('a device that lost its keys is let in again once, however many hear it knock', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo, dan] = await scene.meet('Ada', 'Bo', 'Cleo', 'Dan');
    const room = await scene.room(ada, bo, cleo, dan);
    await scene.says(ada, 'before', room);
    await scene.reads(bo, 'before', room);
    bo.person.client.stop();
    for (const name of ['keys', 'progress', 'pending'])
      await bo.person.vault.commit([{ drop: 'rooms', key: `${room}/${name}` }]);
    const again = { person: await scene.world.restarted(bo.person, bo.line), line: bo.line };
    await scene.areIn(room, again);
    await scene.world.pass(30_000);
    const lines = ada.person
      .rowsIn(room)
      .filter((row) => row.kind === 'change' && row.change.type === 'readmitted');
    expect(lines).toHaveLength(1);
  });
});
