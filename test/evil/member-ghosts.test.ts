import { type Epoch, LOUNGE, type MessageId, messageId, type RoomId } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Evil } from './meddling.ts';
import { deviceOf, prepare, Scene, seeds, type Victim } from './scene.ts';

beforeAll(prepare);

const JUNK = new Uint8Array(64).fill(7);

/** What a changed client of Mallory's does with her commits: beside those that they let in, the relay is to let in these. */
const lettingIn = (...ghosts: Victim[]): Evil => ({
  hear: (request) =>
    request.type === 'commit'
      ? {
          ...request,
          welcomes: [...request.welcomes, ...ghosts.map((one) => ({ device: deviceOf(one), frame: JUNK }))],
        }
      : request,
});

/** Mallory lets Eve in, and the ghost along with her. */
async function haunts(scene: Scene, room: RoomId, mallory: Victim, eve: Victim, ghost: Victim) {
  mallory.line.evil = lettingIn(ghost);
  const invited = mallory.person.client.conversations.private(room).invite([eve.person.card]);
  await scene.world.done('Mallory lets Eve in', invited);
  await scene.areIn(room, eve);
  expect(await joins(scene, ghost, room)).toBe('ok');
}

async function joins(scene: Scene, ghost: Victim, room: RoomId): Promise<string> {
  const answer = await scene.world.done(
    'the ghost comes in',
    ghost.line.aside((request) => ({ type: 'join', request, room })),
  );
  return answer.type === 'ok' ? 'ok' : String(answer.code);
}

const isShutOut = ({ line }: Victim, room: RoomId) =>
  line.told.some((event) => event.type === 'removed' && event.room === room);

const namesIn = async (scene: Scene, { person }: Victim, room: RoomId) => {
  const panel = person.client.conversations.private(room).panel();
  const { members } = await scene.world.done('the members are shown', panel);
  return members.map(({ nickname }) => nickname).sort();
};

describe.each(seeds)('a member with ghosts (AURORA_SEED=%i)', (seed) => {
  it('Mallory, whom Ada removes, takes along whom she let in at the relay alone', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory, eve, ghost] = await scene.meet('Ada', 'Bo', 'Mallory', 'Eve', 'Ghost');
    const room = await scene.room(ada, bo, mallory);
    await haunts(scene, room, mallory, eve, ghost);
    await scene.says(ada, 'before', room);
    await scene.reads(eve, 'before', room);
    expect(ghost.line.entriesOf(room).length).toBeGreaterThan(0);
    const [commits, lists] = [ada.line.askedFor('commit'), ada.line.askedFor('members')];
    const removal = ada.person.client.conversations.private(room).remove(mallory.person.card.identity);
    await scene.world.done('Mallory is removed', removal);
    await scene.world.until('the ghost is told', () => isShutOut(ghost, room));
    expect(await joins(scene, ghost, room)).toBe('not_a_member');
    const asked = ada.line.askedFor('members').length - lists.length;
    expect(asked).toBe(ada.line.askedFor('commit').length - commits.length);
    const heard = ghost.line.entriesOf(room).length;
    await scene.says(ada, 'after', room);
    for (const one of [bo, eve]) await scene.reads(one, 'after', room);
    expect(ghost.line.entriesOf(room)).toHaveLength(heard);
    expect(await namesIn(scene, ada, room)).toEqual(['Ada', 'Bo', 'Eve']);
  });

  it.each(['handshake', 'commit'] as const)(
    'a ghost that comes out with a %s: Ada’s device shuts it out by itself, and the room goes on',
    async (kind) => {
      const scene = new Scene(seed);
      const [ada, bo, mallory, eve, ghost] = await scene.meet('Ada', 'Bo', 'Mallory', 'Eve', 'Ghost');
      const room = await scene.room(ada, bo, mallory);
      await haunts(scene, room, mallory, eve, ghost);
      const commit = ada.line.entriesOf(room).findLast((entry) => entry.kind === 'commit');
      const epoch = ((commit?.epoch ?? 0) + 1) as Epoch;
      const id: MessageId = messageId(scene.world.clock.now(), new Uint8Array(16));
      const said = ghost.line.aside((request) =>
        kind === 'commit'
          ? { type: 'commit', request, room, id, epoch, frame: JUNK, welcomes: [], remove: [], admins: null }
          : { type: 'append', request, room, id, kind, epoch, frame: JUNK, blobs: [] },
      );
      expect(await scene.world.done('the ghost comes out', said)).toMatchObject({ type: 'ok' });
      await scene.world.until('the ghost is told', () => isShutOut(ghost, room));
      expect(await joins(scene, ghost, room)).toBe('not_a_member');
      const commits = ada.line.askedFor('commit').length;
      await scene.world.pass(10_000);
      expect(ada.line.askedFor('commit')).toHaveLength(commits);
      await scene.says(ada, 'after', room);
      for (const one of [bo, eve]) await scene.reads(one, 'after', room);
      expect(await namesIn(scene, ada, room)).toEqual(['Ada', 'Bo', 'Eve', 'Mallory']);
    },
  );

  it('Cleo, whom Bo lets in while Ada changes the room, is no ghost', async () => {
    const scene = new Scene(seed);
    const [ada, bo, cleo, dan] = await scene.meet('Ada', 'Bo', 'Cleo', 'Dan');
    const room = await scene.room(ada, bo, dan);
    // Ada asks who is there, and is answered when Bo has let Cleo in; of that she has not read.
    ada.line.evil = { holds: ({ type }) => type === 'members' };
    const lists = ada.line.askedFor('members').length;
    const removal = ada.person.client.conversations.private(room).remove(dan.person.card.identity);
    await scene.world.until('Ada asks', () => ada.line.askedFor('members').length > lists);
    const commits = ada.line.askedFor('commit').length;
    const invited = bo.person.client.conversations.private(room).invite([cleo.person.card]);
    await scene.world.done('Bo lets Cleo in', invited);
    ada.line.evil = {};
    await scene.says(ada, 'hello', LOUNGE);
    await scene.world.done('Dan is removed', removal);
    await scene.areIn(room, ada, bo, cleo);
    await scene.says(cleo, 'for three', room);
    for (const one of [ada, bo]) await scene.reads(one, 'for three', room);
    const { identity } = cleo.person.card;
    const named = ada.line.askedFor('commit').slice(commits);
    expect(named.map(({ remove }) => remove.includes(identity))).toEqual([true, false]);
    expect(isShutOut(cleo, room)).toBe(false);
    expect(await namesIn(scene, ada, room)).toEqual(['Ada', 'Bo', 'Cleo']);
  });
});
