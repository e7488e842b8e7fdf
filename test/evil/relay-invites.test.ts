import { type Bytes, type Delivery, type Entry, LOUNGE, type RoomId } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeMail, encodeMail } from '../../packages/chat/src/core/room/group/mail.ts';
import { all, type Evil, flipped, mailing, retelling } from './meddling.ts';
import { prepare, Scene, seeds, type Victim } from './scene.ts';

beforeAll(prepare);

/** Answers every knock with an error of the relay's own. */
function turningAway(code: 'no_such_room' | 'bad_request' | 'room_full'): Evil {
  const knocks = new Set<number>();
  return {
    hear(request) {
      if (request.type === 'knock') knocks.add(request.request);
      return request;
    },
    tell: (events) =>
      events.map((event) =>
        event.type === 'ok' && knocks.has(event.request)
          ? { type: 'error', request: event.request, code, message: '', retryAfter: null, suggestion: null }
          : event,
      ),
  };
}

/** Spoils every commit of a room from some epoch on. */
const spoiling = (room: RoomId, from: number): Evil =>
  retelling(room, (entries) =>
    entries.map((entry: Entry) =>
      entry.kind === 'commit' && entry.epoch >= from ? { ...entry, frame: flipped(entry.frame) } : entry,
    ),
  );

/** Puts this letter into every welcome to the room. */
function swappingLetters(
  room: RoomId,
  letter: Bytes,
): Required<Pick<Evil, 'hear' | 'tell'>> & { count(): number } {
  let swapped = 0;
  const { hear, tell } = mailing((delivery) => {
    const mail = delivery.room === room ? decodeMail(delivery.frame) : null;
    if (mail?.type !== 'welcome') return [delivery];
    swapped += 1;
    return [{ ...delivery, frame: encodeMail({ ...mail, letter }) }];
  });
  return { hear: hear ?? ((request) => request), tell: tell ?? ((events) => events), count: () => swapped };
}

describe.each(seeds)('invites (AURORA_SEED=%i)', (seed) => {
  it.each(['no_such_room', 'bad_request', 'room_full'] as const)(
    'a relay that turns Bo away at a link (%s) and lets Mallory add him: he does not come into her room',
    async (code) => {
      const scene = new Scene(seed);
      const [bo, mallory] = await scene.meet('Bo', 'Mallory');
      const room = await scene.room(mallory);
      mallory.line.evil = { tell: (events) => events.filter(({ type }) => type !== 'knocked') };
      bo.line.evil = turningAway(code);
      await bo.person.client.conversations.joinByLink(room, 'AAECAwQFBgcICQoLDA0ODw');
      await scene.world.until('Bo is turned away', () => {
        const view = bo.person.view(room);
        return (
          view?.kind === 'private' && view.standing.status === 'knocking' && view.standing.failure !== null
        );
      });
      const invited = mallory.person.client.conversations.private(room).invite([bo.person.card]);
      await scene.world.done('Mallory lets him in', invited);
      await scene.says(mallory, 'welcome', room);
      await scene.world.pass(60_000);
      expect(mallory.person.view(room)).toMatchObject({ members: 2 });
      expect(bo.person.standing(room)).toBe('knocking');
      expect(bo.person.textsIn(room)).toEqual([]);
    },
  );

  it('a relay that tells Bo an old letter with a new welcome: a link that was revoked stays so', async () => {
    const scene = new Scene(seed);
    const [ada, bo, mallory] = await scene.meet('Ada', 'Bo', 'Mallory');
    const room = await scene.room(ada);
    const adasRoom = ada.person.client.conversations.private(room);
    const link = await scene.world.done('a link is made', adasRoom.relink(true));
    if (link === null) throw new Error('a link was made');
    const mails: Delivery[] = [];
    bo.line.evil = mailing((delivery) => {
      if (delivery.room === room) mails.push(delivery);
      return [delivery];
    });
    await bo.person.client.conversations.joinByLink(room, link);
    await scene.areIn(room, ada, bo);
    const [first] = mails;
    const old = first === undefined ? null : decodeMail(first.frame);
    if (old?.type !== 'welcome') throw new Error('Bo was welcomed');
    await scene.world.done('the link is revoked', adasRoom.relink(false));
    await scene.says(ada, 'no more guests', room);
    await scene.reads(bo, 'no more guests', room);

    // Bo loses his place, and is let in again.
    const swapping = swappingLetters(room, old.letter);
    bo.line.evil = all(spoiling(room, old.epoch), swapping);
    await scene.world.pass(25 * 60 * 60 * 1000);
    await scene.says(ada, 'next day', room);
    await scene.world.until('Bo is welcomed anew', () => swapping.count() > 0);
    bo.line.evil = swapping;
    await scene.world.pass(180_000);
    expect(await linkOf(scene, bo, room)).not.toBe(link);
    bo.line.evil = {};
    await scene.world.until('Bo is in again', () => bo.person.standing(room) === 'ready');
    expect(await linkOf(scene, bo, room)).toBeNull();
    ada.person.client.stop();
    await mallory.person.client.conversations.joinByLink(room, link);
    await scene.says(bo, 'hello', LOUNGE);
    await scene.world.pass(30_000);
    expect(mallory.person.standing(room)).toBe('knocking');
  });
});

async function linkOf(scene: Scene, { person }: Victim, room: RoomId): Promise<string | null> {
  const { link } = await scene.world.done(
    'the panel is shown',
    person.client.conversations.private(room).panel(),
  );
  return link;
}
