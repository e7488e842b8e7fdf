import { type Entry, type Epoch, messageId, type RoomId } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { flipped, retelling, rewriting } from './meddling.ts';
import { deviceOf, prepare, Scene, seeds, type Victim } from './scene.ts';

beforeAll(prepare);

let made = 0;

/** A commit that nobody believes, as a changed client sends it; whether the relay took it. */
async function spoils(
  scene: Scene,
  { person, line }: Victim,
  watched: Victim,
  room: RoomId,
): Promise<boolean> {
  made += 1;
  const random = new Uint8Array(16);
  new DataView(random.buffer).setUint32(12, made);
  const epoch = epochOf(watched, room);
  const id = messageId(scene.world.clock.now(), random);
  const frame = new Uint8Array([1]);
  const asked = line.aside((request) => ({
    type: 'commit',
    request,
    room,
    id,
    epoch,
    frame,
    welcomes: [],
    remove: [],
    admins: null,
  }));
  const answer = await scene.world.done(`${person.nickname} spoils an epoch`, asked);
  return answer.type === 'ok';
}

/** The epoch that the room's log has come to. */
function epochOf({ line }: Victim, room: RoomId): Epoch {
  const commits = line.entriesOf(room).filter(({ kind }) => kind === 'commit');
  return ((commits.at(-1)?.epoch ?? 0) + 1) as Epoch;
}

describe.each(seeds)('a member who spoils epochs (AURORA_SEED=%i)', (seed) => {
  it('one after the other: Ada can end it, whatever her device makes of it', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const room = await scene.room(ada, bo, mallory);
    await scene.says(ada, 'before', room);
    await scene.reads(bo, 'before', room);
    // Nobody is there who could let Ada in again.
    bo.person.client.stop();
    // She mends nothing herself.
    mallory.line.evil = { hear: (request) => (request.type === 'commit' ? null : request) };
    const mended = () => ada.line.askedFor('commit').length;
    for (let round = 0; round < 3; round += 1) {
      const before = mended();
      if (!(await spoils(scene, mallory, ada, room))) continue;
      await scene.world.until('Ada mends it, or cannot', () => {
        const standing = ada.person.standing(room);
        return mended() > before || standing === 'lost';
      });
      await scene.world.pass(3_000);
    }
    // Others who follow the group would have answered by now.
    await scene.world.pass(60_000);
    const removal = ada.person.client.conversations.private(room).remove(mallory.person.card.identity);
    await scene.world.done('Mallory is removed', removal);
    expect(await spoils(scene, mallory, ada, room)).toBe(false);
    await scene.world.until('Ada can speak', () => ada.person.standing(room) === 'ready');
    await scene.says(ada, 'after', room);
    const back = await scene.world.restarted(bo.person, bo.line);
    await scene.world.until('Bo reads it', () => back.textsIn(room).includes('after'));
    expect(mallory.person.textsIn(room)).not.toContain('after');
  });

  it('for Ada alone: whom the others let in meanwhile stays in, and she is let in again and can remove Mallory', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory, dan, eve] = await scene.meet('Ada', 'Bo', 'Mallory', 'Dan', 'Eve');
    const room = await scene.room(ada, bo, mallory);
    await scene.says(ada, 'before', room);
    await scene.reads(bo, 'before', room);
    const rooms = ({ person }: Victim) => person.client.conversations.private(room);
    // Mallory seals nonsense to Ada, who does not believe what the others follow.
    const fooled = (entries: Entry[]) =>
      entries.map((entry) =>
        entry.kind === 'commit' && entry.sender === deviceOf(mallory)
          ? { ...entry, frame: flipped(entry.frame, 0) }
          : entry,
      );
    ada.line.evil = rewriting(room, () => []);
    await scene.world.done('Mallory lets Eve in', rooms(mallory).invite([eve.person.card]));
    await scene.areIn(room, eve, bo);
    await scene.world.done('Bo lets Dan in', rooms(bo).invite([dan.person.card]));
    await scene.areIn(room, dan);
    ada.line.evil = retelling(room, fooled);
    await scene.says(bo, 'Dan is in', room);
    await scene.world.until('Ada stands behind', () => ada.person.standing(room) === 'lost');
    await scene.world.until('Ada is in again', () => ada.person.standing(room) === 'ready');
    const { identity } = mallory.person.card;
    await scene.world.done('Mallory is removed', rooms(ada).remove(identity));
    await scene.world.until('she is out', () => mallory.person.standing(room) === 'removed');
    await scene.says(ada, 'after', room);
    for (const one of [bo, dan, eve]) await scene.reads(one, 'after', room);
    const commits = () => [ada, bo, dan, eve].flatMap(({ line }) => line.askedFor('commit')).length;
    await scene.world.pass(60_000);
    const settled = commits();
    await scene.world.pass(120_000);
    expect(commits()).toBe(settled);
  });
});
