import { type Bytes, type Event, LOUNGE, type RoomId } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { all, answering, flipped, inserting, refusing, retelling } from './meddling.ts';
import { deviceOf, prepare, Scene, seeds, sentTo, type Victim } from './scene.ts';

beforeAll(prepare);

const identityOf = ({ person }: Victim) => person.card.identity;

describe.each(seeds)('who is in a room (AURORA_SEED=%i)', (seed) => {
  it('a relay that keeps a name alive whose owner said goodbye: Ada is told, also after a restart, and sends nothing', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const room = await scene.direct(ada, bo);
    await scene.says(ada, 'before', room);
    await scene.reads(bo, 'before', room);
    await scene.world.done('Bo leaves', bo.person.client.conversations.leave(room));
    const isGone = (person: Victim['person']) => {
      const view = person.view(room);
      return view?.kind === 'direct' && view.peer.gone;
    };
    await scene.world.until('Ada is told', () => isGone(ada.person));
    const again = await scene.world.restarted(ada.person, ada.line);
    await scene.world.pass(30_000);
    expect(isGone(again)).toBe(true);
    await expect(again.client.send(room, 'are you there?')).rejects.toMatchObject({
      failure: { code: 'person_gone' },
    });
  });

  it('a relay that spoils for Ada, an admin, the change that lets Dan in: her next change does not put him out', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo, dan] = await scene.meet('Ada', 'Bo', 'Cleo', 'Dan');
    const room = await scene.room(ada, bo, cleo);
    await scene.says(ada, 'before', room);
    await scene.reads(bo, 'before', room);
    ada.line.evil = retelling(room, (entries) =>
      entries.map((entry) =>
        entry.kind === 'commit' && entry.sender === deviceOf(bo)
          ? { ...entry, frame: flipped(entry.frame, 0) }
          : entry,
      ),
    );
    const before = ada.line.askedFor('commit').length;
    const invited = bo.person.client.conversations.private(room).invite([dan.person.card]);
    await scene.world.done('Bo lets Dan in', invited);
    await scene.areIn(room, dan);
    await scene.world.until('Ada mends what she was told', () => ada.line.askedFor('commit').length > before);
    await scene.world.pass(5_000);
    ada.line.evil = {};
    expect(ada.line.askedFor('commit').flatMap(({ remove }) => remove)).toEqual([]);
    await scene.world.until('all are in', () =>
      [ada, bo, cleo, dan].every(({ person }) => person.standing(room) === 'ready'),
    );
    await scene.says(dan, 'here I am', room);
    for (const one of [ada, bo, cleo]) await scene.reads(one, 'here I am', room);
  });

  it('a relay that lists a ghost among the members: nobody shows her or writes to her', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const { identity, device, nickname } = mallory.person.card;
    let listed = 0;
    ada.line.evil = all(
      answering('members', (reply) => ({ members: [...reply.members, { identity, admin: true }] })),
      answering('people', (reply, request) => {
        if (request.room === LOUNGE) return reply;
        listed += 1;
        const ghost = { identity, device, nickname, since: scene.world.clock.now() };
        return { ...reply, count: reply.count + 1, people: [...reply.people, ghost] };
      }),
    );
    const room = await scene.room(ada, bo);
    await scene.says(ada, 'for two', room);
    await scene.reads(bo, 'for two', room);
    expect(listed).toBeGreaterThan(0);
    for (const { person } of [ada, bo]) {
      expect(person.view(room)).toMatchObject({ members: 2 });
      const panel = await scene.world.done(
        'the members are shown',
        person.client.conversations.private(room).panel(),
      );
      expect(panel.members.map((member) => member.nickname).sort()).toEqual(['Ada', 'Bo']);
    }
    const commits = ada.line
      .askedFor('commit')
      .flatMap(({ welcomes }) => welcomes.map((welcome) => welcome.device));
    expect(commits).toEqual([deviceOf(bo)]);
    const log = inserting({ type: 'entries', room, entries: ada.line.entriesOf(room) });
    mallory.line.evil = log;
    await scene.world.until('she was told the log', () => log.waiting.length === 0);
    expect(mallory.person.view(room)).toBeUndefined();
  });

  it('a relay that says that Mallory is called Bo: Ada sends her nothing', async () => {
    const scene = new Scene(seed);
    const [ada, , mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const { identity, device } = mallory.person.card;
    ada.line.evil = answering('people', (reply) => ({
      ...reply,
      people: reply.people.map((one) => (one.nickname === 'Bo' ? { ...one, identity, device } : one)),
    }));
    const found = await scene.world.done(
      'Ada looks for Bo',
      ada.person.client.room(LOUNGE).search('Bo', null),
    );
    expect(found.people).toMatchObject([{ nickname: 'Bo', identity }]);
    const room = await ada.person.client.conversations.openDirect({ identity, device, nickname: 'Bo' });
    await ada.person.say('for Bo alone', room);
    await scene.world.until('Ada is told', () => ada.person.faults.length > 0);
    expect(ada.person.faults.join()).toContain('identity_differs');
    await scene.world.pass(60_000);
    expect(sentTo(ada, room)).toEqual([]);
    expect(mallory.person.textsIn(room)).toEqual([]);
  });

  it.each([true, false])(
    'a relay that gives Bo’s name to another: Ada is warned, and stopped if she verified him (%s)',
    async (verified) => {
      const scene = new Scene(seed);
      const [ada, bo] = await scene.meet('Ada', 'Bo');
      await scene.direct(ada, bo);
      const { identity } = bo.person.card;
      if (verified) await ada.person.client.trust.verify({ identity, how: { type: 'compared' } });
      await scene.world.done('the relay frees the name', bo.person.client.signOut());
      const impostor = await scene.enters('Bo');
      const room = await ada.person.client.conversations.openDirect(impostor.person.card);
      expect(identityOf(impostor)).not.toBe(identity);
      expect(ada.person.view(room)).toMatchObject({
        kind: 'direct',
        peer: { nickname: 'Bo', verified: false, changed: { blocking: verified } },
      });
      if (verified) {
        await expect(ada.person.client.send(room, 'secret')).rejects.toMatchObject({
          failure: { code: 'identity_changed' },
        });
        await scene.world.pass(30_000);
        expect(impostor.person.textsIn(room)).toEqual([]);
      } else {
        await scene.says(ada, 'who are you?', room);
        await scene.reads(impostor, 'who are you?', room);
      }
    },
  );

  it('a relay that lets in Cleo only when Dan has left meanwhile: Cleo, too, knows that Bo may let him go', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo, dan] = await scene.meet('Ada', 'Bo', 'Cleo', 'Dan');
    const room = await scene.room(ada, bo, dan);
    // Ada, who may remove anybody, is kept from it.
    ada.line.evil = { hear: (request) => (request.type === 'commit' ? null : request) };
    bo.line.evil = { holds: ({ type }) => type === 'commit' };
    const invited = bo.person.client.conversations.private(room).invite([cleo.person.card]);
    await scene.world.until('Bo lets Cleo in', () => bo.line.askedFor('commit').length === 1);
    await scene.world.done('Dan leaves', dan.person.client.conversations.private(room).leave());
    bo.line.evil = {};
    await scene.says(bo, 'hello', LOUNGE);
    await scene.world.done('Cleo is let in', invited);
    await scene.areIn(room, bo, cleo);
    await scene.says(cleo, 'for three', room);
    await scene.reads(bo, 'for three', room);
    const { members } = await scene.world.done(
      'the members are shown',
      cleo.person.client.conversations.private(room).panel(),
    );
    expect(members.map(({ nickname }) => nickname).sort()).toEqual(['Ada', 'Bo', 'Cleo']);
    expect(cleo.person.warningsIn(room)).toEqual([]);
  });

  it('a relay that says that Bo is gone: Ada is told, and writes on once the relay is honest', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const room = await scene.direct(ada, bo);
    let hidden = 0;
    const unlisted = answering('members', () => {
      hidden += 1;
      return { members: [] };
    });
    ada.line.evil = all(unlisted, refusing('open_direct', 'no_such_person'));
    scene.world.network.cutAll();
    await scene.world.until('Ada is told', () => {
      const view = ada.person.view(room);
      return view?.kind === 'direct' && view.peer.gone;
    });
    expect(hidden).toBeGreaterThan(0);
    ada.line.evil = {};
    scene.world.network.cutAll();
    await scene.world.until('Ada can write', () => {
      const view = ada.person.view(room);
      return view?.kind === 'direct' && !view.peer.gone;
    });
    await scene.says(ada, 'still here?', room);
    await scene.reads(bo, 'still here?', room);
  });

  it('a relay that says that Bo was removed: he comes in again and misses nothing', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const room = await scene.room(ada, bo);
    const lie = inserting({ type: 'removed', room });
    bo.line.evil = lie;
    await scene.says(ada, 'one', room);
    await scene.says(ada, 'two', room);
    await scene.reads(bo, 'two', room);
    expect(lie.waiting).toEqual([]);
    expect(bo.person.textsIn(room)).toEqual(['one', 'two']);
    expect(bo.person.standing(room)).toBe('ready');
  });
});

describe.each(seeds)('what somebody is said to have done (AURORA_SEED=%i)', (seed) => {
  it('a relay that forges knocks: nobody is let in', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const [plans, party] = [await scene.room(ada), await scene.room(ada)];
    const secrets: string[] = [];
    for (const room of [plans, party]) {
      const link = await scene.world.done(
        'a link is made',
        ada.person.client.conversations.private(room).relink(true),
      );
      await scene.world.until('it stands in the log', () => ada.line.entriesOf(room).length > 2);
      secrets.push(link ?? '');
    }
    // Bo’s own knock does not come.
    bo.line.evil = { hear: (request) => (request.type === 'knock' ? null : request) };
    await bo.person.client.conversations.joinByLink(plans, secrets[0] ?? '');
    await scene.world.until('Bo knocks', () => bo.line.askedFor('knock').length > 0);
    const [knock] = bo.line.askedFor('knock');
    if (knock === undefined) throw new Error('he knocked');
    const at = scene.world.clock.now();
    const forged = (room: RoomId, device: Victim, frame: Bytes): Event => ({
      type: 'knocked',
      room,
      knock: { device: deviceOf(device), at, frame },
    });
    const { frame } = knock;
    const lies = [
      // Another’s proof and name; another room’s; nobody’s.
      forged(plans, mallory, frame),
      forged(party, bo, frame),
      ...[0, 30, frame.length - 70, frame.length - 1].map((place) =>
        forged(plans, bo, flipped(frame, place)),
      ),
    ];
    const before = ada.line.askedFor('commit').length;
    for (const lie of lies) {
      const judged = ada.line.askedFor('dismiss_knock').length;
      const told = inserting(lie);
      ada.line.evil = told;
      await scene.world.until('Ada turned it down', () => ada.line.askedFor('dismiss_knock').length > judged);
      expect(told.waiting).toEqual([]);
    }
    await scene.world.pass(10_000);
    expect(ada.line.askedFor('commit')).toHaveLength(before);
    for (const room of [plans, party]) expect(ada.person.view(room)).toMatchObject({ members: 1 });

    // The same knock, unchanged, is believed.
    ada.line.evil = inserting(forged(plans, bo, frame));
    await scene.world.until('Bo is let in', () => bo.person.standing(plans) === 'ready');
    expect(ada.person.view(plans)).toMatchObject({ members: 2 });
  });

  it('a relay that says that Bo left, by his word for another room: he stays', async () => {
    const scene = new Scene(seed);
    const [ada, bo] = await scene.meet('Ada', 'Bo');
    const [plans, party] = [await scene.room(ada, bo), await scene.room(ada, bo)];
    await scene.world.done('Bo leaves one', bo.person.client.conversations.leave(party));
    await scene.world.until(
      'Ada sees it',
      () =>
        ada.person.view(party)?.kind === 'private' &&
        ada.line.entriesOf(party).some(({ kind }) => kind === 'handshake'),
    );
    const goodbye = ada.line.entriesOf(party).find(({ kind }) => kind === 'handshake');
    const last = ada.line.entriesOf(plans).at(-1);
    if (goodbye === undefined || last === undefined) throw new Error('both stand in a log');
    const forged = { ...goodbye, seq: last.seq + 1, epoch: last.epoch + 1 } as typeof goodbye;
    const lie = inserting({ type: 'entries', room: plans, entries: [forged] });
    ada.line.evil = lie;
    await scene.world.until('Ada is warned', () => ada.person.warningsIn(plans).length > 0);
    expect(ada.person.warningsIn(plans)).toEqual(['room_mismatch']);
    expect(lie.waiting).toEqual([]);
    expect(ada.person.rowsIn(plans).some((row) => row.kind === 'change' && row.change.type === 'left')).toBe(
      false,
    );
    await scene.world.pass(10_000);
    expect(ada.person.view(plans)).toMatchObject({ members: 2 });
  });

  it('a relay that forges receipts: nothing is shown as delivered or seen that was not', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo] = await scene.meet('Ada', 'Bo', 'Cleo');
    const room = await scene.direct(ada, bo);
    const other = await scene.room(ada, bo, cleo);
    for (const text of ['one', 'two', 'three', 'four', 'five', 'six']) await scene.says(ada, text, other);
    await scene.reads(bo, 'six', other);
    const end = bo.person.rowsIn(other).at(-1)?.position ?? [0, 0];
    await scene.world.done('Bo looks', bo.person.client.room(other).read(end));
    await scene.says(bo, 'hello', room);
    await scene.says(ada, 'here', room);
    await scene.reads(bo, 'here', room);
    const statusOf = (text: string) =>
      ada.person.messagesIn(room).find((row) => row.text === text)?.delivery.status;
    await scene.world.until('Bo tells how far he is', () => statusOf('here') === 'delivered');
    await scene.world.pass(5_000);
    const mine = ada.line.askedFor('register').filter((request) => request.room === room);
    const told = ada.line.told.filter((event) => event.type === 'register');
    const his = told.filter((event) => event.register.sender === deviceOf(bo));
    bo.person.client.stop();
    await scene.says(ada, 'are you there?', room);
    const register = (frame: Bytes): Event => ({
      type: 'register',
      room,
      kind: 0,
      register: { sender: deviceOf(bo), at: scene.world.clock.now(), frame },
    });
    const lies = [
      ...mine.map(({ frame }) => register(frame)),
      ...his.map((event) => register(event.register.frame)),
      ...his.flatMap(({ register: { frame } }) =>
        [0, 20, 100].map((place) => register(flipped(frame, place))),
      ),
    ];
    expect(new Set(his.map((event) => event.room))).toEqual(new Set([room, other]));
    expect(mine.length).toBeGreaterThan(0);
    const lie = inserting(...lies);
    ada.line.evil = lie;
    await scene.world.until('all of it was told', () => lie.waiting.length === 0);
    await scene.world.pass(5_000);
    expect(statusOf('are you there?')).toBe('sent');
    expect(statusOf('here')).toBe('delivered');
  });
});
