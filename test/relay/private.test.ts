import type { RoomId } from '@aurora/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Headless, headless, ready } from '../support/headless.ts';
import {
  changesIn,
  deliveryOf,
  isIn,
  personOf,
  privateView,
  reads,
  statusOf,
  warningsIn,
} from '../support/private.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

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

async function comes(nickname: string | null, vault?: Headless['vault']): Promise<Headless> {
  const somebody = await headless(relay, nickname, vault === undefined ? {} : { vault });
  people.push(somebody);
  await ready(somebody);
  return somebody;
}

/** Whoever is not there but has been: others can write to them. */
async function reachable(somebody: Headless): Promise<void> {
  await until(
    'key packages wait at the relay',
    async () =>
      (await somebody.vault.range('packages', { from: '', to: '~', limit: 99, newestFirst: false })).length >
      2,
  );
}

describe('a private conversation', () => {
  it('is between Ada and Bo, and Cleo knows nothing of it', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    await reachable(bo);
    const room = await ada.client.conversations.openDirect(personOf(bo));
    await ada.say('just us', room);
    await reads(bo, room, 'just us');
    await bo.say('yes', room);
    await reads(ada, room, 'yes');
    expect(ada.view(room)).toMatchObject({
      kind: 'direct',
      title: 'Bo',
      peer: { gone: false, changed: null },
    });
    expect(bo.view(room)).toMatchObject({ kind: 'direct', title: 'Ada', unread: 1 });
    expect(cleo.view(room)).toBeUndefined();
    for (const one of [ada, bo]) expect(warningsIn(one, room)).toEqual([]);
  });

  it('waits sealed while Bo is away, and is read after a cold start', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    await reachable(bo);
    bo.stop();
    const room = await ada.client.conversations.openDirect(personOf(bo));
    await ada.say('for later', room);
    await until('it is sent', () => deliveryOf(ada, room, 'for later') === 'sent');
    await relay.kill();
    await relay.restart();
    const back = await comes(null, bo.vault);
    await reads(back, room, 'for later');
    await until('Ada knows', () => deliveryOf(ada, room, 'for later') === 'delivered');
  });

  it('is one conversation when both begin it at once', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    await Promise.all([reachable(ada), reachable(bo)]);
    const [room, same] = await Promise.all([
      ada.client.conversations.openDirect(personOf(bo)),
      bo.client.conversations.openDirect(personOf(ada)),
    ]);
    expect(room).toBe(same);
    await Promise.all([ada.say('from Ada', room), bo.say('from Bo', room)]);
    for (const one of [ada, bo]) {
      await reads(one, room, 'from Ada');
      await reads(one, room, 'from Bo');
      expect(warningsIn(one, room)).toEqual([]);
    }
  });

  it('shows Sent, Delivered and Seen, unless Bo keeps what he saw to himself', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    await reachable(bo);
    const room = await ada.client.conversations.openDirect(personOf(bo));
    await ada.say('one', room);
    await reads(bo, room, 'one');
    await until('delivered', () => deliveryOf(ada, room, 'one') === 'delivered');
    const last = bo.rows(room).at(-1);
    await bo.client.room(room).read(last?.position ?? [0, 0]);
    await until('seen', () => deliveryOf(ada, room, 'one') === 'seen');

    await bo.client.prefer({ seen: false });
    await ada.say('two', room);
    await reads(bo, room, 'two');
    await bo.client.room(room).read(bo.rows(room).at(-1)?.position ?? [0, 0]);
    await until('delivered', () => deliveryOf(ada, room, 'two') === 'delivered');
    await bo.say('hm', room);
    await reads(ada, room, 'hm');
    expect(deliveryOf(ada, room, 'two')).toBe('delivered');
  });

  it('lets Bo hear nothing of Ada once he blocked her, and her know nothing of that', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    await reachable(bo);
    const room = await ada.client.conversations.openDirect(personOf(bo));
    await ada.say('hello', room);
    await reads(bo, room, 'hello');
    await bo.client.block(personOf(ada).identity, 'Ada', true);
    expect(bo.view(room)).toBeUndefined();
    await ada.say('are you there?', room);
    await until('it is sent', () => deliveryOf(ada, room, 'are you there?') === 'sent');
    await ada.say('in the lounge');
    await bo.say('marker');
    await until('the marker is read', () => bo.texts().includes('marker') && ada.texts().includes('marker'));
    expect(bo.texts()).not.toContain('in the lounge');
    expect(deliveryOf(ada, room, 'are you there?')).toBe('sent');
    await bo.client.block(personOf(ada).identity, 'Ada', false);
    await bo.scrollUp(room);
    expect(bo.texts(room)).toContain('are you there?');
  });

  it('says so when Bo signed out for good', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    await reachable(bo);
    const person = personOf(bo);
    const room = await ada.client.conversations.openDirect(person);
    await ada.say('hi', room);
    await reads(bo, room, 'hi');
    await bo.client.signOut();
    const isTold = (one: Headless) =>
      until('Ada is told', () => {
        const view = one.view(room);
        return view?.kind === 'direct' && view.peer.gone;
      });
    await isTold(ada);
    await expect(ada.say('too late', room)).rejects.toMatchObject({ failure: { code: 'person_gone' } });
    ada.stop();
    const back = await comes(null, ada.vault);
    await isTold(back);
    await expect(back.say('too late', room)).rejects.toMatchObject({ failure: { code: 'person_gone' } });
  });
});

describe('a private room', () => {
  async function roomOf(ada: Headless, ...others: Headless[]): Promise<RoomId> {
    for (const one of others) await reachable(one);
    const room = await ada.client.conversations.create('Plans', 'none', others.map(personOf));
    await isIn(ada, room);
    for (const one of others) await isIn(one, room);
    return room;
  }

  it('is one of many that Ada comes back to at once, within what the relay allows', async () => {
    const ada = await comes('Ada');
    const rooms: RoomId[] = [];
    for (let count = 0; count < 18; count += 1)
      rooms.push(await ada.client.conversations.create(`Plan ${count}`, 'none', []));
    for (let round = 1; round <= 2; round += 1) {
      ada.stop();
      const back = await comes(null, ada.vault);
      for (const room of rooms) await isIn(back, room);
      for (const room of rooms) await back.say(`back for the ${round}. time`, room);
      for (const room of rooms) {
        const said = `back for the ${round}. time`;
        await until('all is sent', () => deliveryOf(back, room, said) === 'sent', 60_000);
      }
      back.stop();
    }
  });

  it('is made with a sealed name, and people in it', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    const room = await roomOf(ada, bo, cleo);
    const toasts = ({ changes }: Headless) =>
      changes.flatMap((change) => (change.type === 'toast' ? change.failure.message : []));
    await until('Bo is told', () => toasts(bo).length > 0);
    expect(toasts(bo)).toEqual(['Ada let you into “Plans”.']);
    await ada.say('welcome', room);
    await reads(bo, room, 'welcome');
    await reads(cleo, room, 'welcome');
    expect(privateView(bo, room)).toMatchObject({ title: 'Plans', members: 3, admin: false });
    expect(privateView(ada, room)).toMatchObject({ title: 'Plans', members: 3, admin: true });
    await ada.client.conversations.private(room).rename('Better plans');
    await until('the new name is known', () => privateView(cleo, room).title === 'Better plans');
    await expect(bo.client.conversations.private(room).rename('Mine')).rejects.toMatchObject({
      failure: { code: 'not_allowed' },
    });
  });

  it('tells nobody anything whom somebody lets in that they blocked', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    await reachable(bo);
    await bo.client.block(personOf(ada).identity, 'Ada', true);
    const room = await ada.client.conversations.create('Plans', 'none', [personOf(bo)]);
    await until('Bo is in', () => privateView(ada, room).members === 2);
    const knows = () => bo.client.conversations.find(room) !== undefined;
    await until('his device has the keys', knows);
    await ada.say('in the lounge', room);
    await bo.say('marker');
    await until('the marker is read', () => ada.texts().includes('marker'));
    expect(bo.changes.filter(({ type }) => type === 'toast')).toEqual([]);
    expect(bo.view(room)).toBeUndefined();
  });

  it('shuts Bo out at once when he is removed', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    const room = await roomOf(ada, bo, cleo);
    await ada.say('before', room);
    await reads(bo, room, 'before');
    await ada.client.conversations.private(room).remove(personOf(bo).identity);
    await ada.say('after', room);
    await reads(cleo, room, 'after');
    await until('Bo knows', () => statusOf(bo, room) === 'removed');
    expect(bo.texts(room)).not.toContain('after');
    expect(changesIn(cleo, room)).toContain('Ada removed');
    await expect(bo.client.conversations.private(room).invite([personOf(cleo)])).rejects.toThrow();
  });

  it('is not opened to Bo again by the link that he knew', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    const room = await roomOf(ada, bo);
    const secret = await ada.client.conversations.private(room).relink(true);
    await until('Bo knows the link', async () => {
      const { link } = await bo.client.conversations.private(room).panel();
      return link === secret;
    });
    await ada.client.conversations.private(room).remove(personOf(bo).identity);
    await until('Bo knows that he is out', () => statusOf(bo, room) === 'removed');
    await bo.client.conversations.joinByLink(room, secret ?? '');
    await until('he is refused', () => {
      const { standing } = privateView(bo, room);
      return standing.status === 'knocking' && standing.failure?.code === 'invite_revoked';
    });
    expect(privateView(ada, room).members).toBe(1);
  });

  it('has an admin also when the only one leaves: whoever was in it longest', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    const room = await roomOf(ada, bo);
    await reachable(cleo);
    await bo.client.conversations.private(room).invite([personOf(cleo)]);
    await isIn(cleo, room);
    await ada.client.conversations.leave(room);
    await until('Bo is admin', () => privateView(bo, room).admin && privateView(bo, room).members === 2);
    expect(privateView(cleo, room).admin).toBe(false);
    await bo.client.conversations.private(room).rename('Ours');
    await until('the new name is known', () => privateView(cleo, room).title === 'Ours');
    await bo.client.conversations.private(room).remove(personOf(cleo).identity);
    await until('Cleo is out', () => statusOf(cleo, room) === 'removed');
  });

  it('takes an admin who left for none any more', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    const room = await roomOf(ada, bo, cleo);
    await ada.client.conversations.private(room).appoint(personOf(bo).identity, true);
    await until('Bo is admin', () => privateView(bo, room).admin);
    await ada.client.conversations.leave(room);
    await until('Ada is gone', () => privateView(bo, room).members === 2);
    await bo.client.conversations.private(room).appoint(personOf(cleo).identity, true);
    await until('Cleo is admin', () => privateView(cleo, room).admin);
    await bo.client.conversations.leave(room);
    await until('Bo is gone', () => privateView(cleo, room).members === 1);
    await cleo.client.conversations.private(room).rename('Mine');
    await until('the name is known', () => privateView(cleo, room).title === 'Mine');
  });

  it('goes on without Cleo when she leaves, under new keys', async () => {
    const [ada, bo, cleo] = [await comes('Ada'), await comes('Bo'), await comes('Cleo')];
    const room = await roomOf(ada, bo, cleo);
    await cleo.client.conversations.leave(room);
    await until('the others see it', () => changesIn(bo, room).includes('Cleo left'));
    await bo.say('she is gone', room);
    await reads(ada, room, 'she is gone');
    await until('she is out of the group', () => privateView(ada, room).members === 2);
    expect(cleo.texts(room)).not.toContain('she is gone');
  });

  it('lets in who holds its link, at once while somebody is there, else as soon as somebody comes', async () => {
    const ada = await comes('Ada');
    const room = await roomOf(ada);
    const secret = await ada.client.conversations.private(room).relink(true);
    await until(
      'the link holds',
      async () => (await ada.client.conversations.private(room).panel()).link === secret,
    );
    const bo = await comes('Bo');
    await bo.client.conversations.joinByLink(room, secret ?? '');
    await isIn(bo, room);
    await ada.say('hello Bo', room);
    await reads(bo, room, 'hello Bo');
    expect(privateView(bo, room).title).toBe('Plans');

    ada.stop();
    bo.stop();
    const cleo = await comes('Cleo');
    await cleo.client.conversations.joinByLink(room, secret ?? '');
    await until('Cleo waits', () => statusOf(cleo, room) === 'knocking');
    await comes(null, bo.vault);
    await isIn(cleo, room);
  });

  it('turns away an invite that is wrong or revoked, in words', async () => {
    const ada = await comes('Ada');
    const room = await roomOf(ada);
    const secret = await ada.client.conversations.private(room).relink(true);
    await until(
      'the link holds',
      async () => (await ada.client.conversations.private(room).panel()).link === secret,
    );
    const bo = await comes('Bo');
    const failure = async (code: string) =>
      until(`refused with ${code}`, () => {
        const view = bo.view(room);
        return (
          view?.kind === 'private' &&
          view.standing.status === 'knocking' &&
          view.standing.failure?.code === code
        );
      });
    await bo.client.conversations.joinByLink(room, 'AAAAAAAAAAAAAAAAAAAAAA');
    await failure('invite_wrong');
    await ada.client.conversations.private(room).relink(false);
    await until(
      'the link is gone',
      async () => (await ada.client.conversations.private(room).panel()).link === null,
    );
    await bo.client.conversations.joinByLink(room, secret ?? '');
    await failure('invite_revoked');
    await bo.client.conversations.joinByLink('ab'.repeat(16) as RoomId, secret ?? '');
    await until('no such room', () => {
      const view = bo.view('ab'.repeat(16) as RoomId);
      return (
        view?.kind === 'private' && view.standing.status === 'knocking' && view.standing.failure !== null
      );
    });
    await expect(bo.client.conversations.joinByLink(room, 'short')).rejects.toMatchObject({
      failure: { code: 'invite_malformed' },
    });
  });

  it('is entered again by a link after leaving, by whoever knows it; a revoked one leads to nothing, and loses nothing', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    const room = await roomOf(ada, bo);
    const adasRoom = ada.client.conversations.private(room);
    const old = await adasRoom.relink(true);
    await ada.say('before', room);
    await reads(bo, room, 'before');
    await bo.client.conversations.leave(room);
    await until('Bo is gone', () => privateView(ada, room).members === 1);
    expect(changesIn(ada, room)).toEqual(['Ada created', 'Ada titled', 'Ada added', 'Ada linked', 'Bo left']);
    await adasRoom.relink(false);
    const cleo = await comes('Cleo');
    await reachable(cleo);
    await adasRoom.invite([personOf(cleo)]);
    await isIn(cleo, room);

    const standing = () => privateView(bo, room).standing;
    await bo.client.conversations.joinByLink(room, old ?? '');
    await until('Bo is turned away', () => {
      const now = standing();
      return now.status === 'knocking' && now.again && now.failure?.code === 'invite_revoked';
    });
    expect(bo.texts(room)).toEqual(['before']);
    await bo.client.conversations.leave(room);
    expect(standing().status).toBe('left');
    expect(bo.texts(room)).toEqual(['before']);

    // Somebody lets Bo in whom he never met there, and who knows the link.
    const link = await adasRoom.relink(true);
    await until('Cleo knows the link', async () => {
      const panel = await cleo.client.conversations.private(room).panel();
      return panel.link === link;
    });
    ada.stop();
    await bo.client.conversations.joinByLink(room, link ?? '');
    await isIn(bo, room);
    await cleo.say('welcome back', room);
    await reads(bo, room, 'welcome back');
    await bo.say('thank you', room);
    await reads(cleo, room, 'thank you');
    expect(bo.texts(room)).toEqual(['before', 'welcome back', 'thank you']);
    expect(changesIn(bo, room).at(-1)).toBe('Cleo added');
    expect(warningsIn(bo, room)).toEqual([]);
  });

  it('keeps what Bo read for him who was removed and tries a link that ended', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    const room = await roomOf(ada, bo);
    const adasRoom = ada.client.conversations.private(room);
    const link = await adasRoom.relink(true);
    await ada.say('before', room);
    await reads(bo, room, 'before');
    await adasRoom.remove(personOf(bo).identity);
    await until('Bo knows', () => statusOf(bo, room) === 'removed');
    await bo.client.conversations.joinByLink(room, link ?? '');
    await until('he is refused', () => {
      const { standing } = privateView(bo, room);
      return standing.status === 'knocking' && standing.again && standing.failure !== null;
    });
    await bo.client.conversations.leave(room);
    expect(statusOf(bo, room)).toBe('removed');
    expect(bo.texts(room)).toEqual(['before']);
    const renewed = await adasRoom.relink(true);
    await bo.client.conversations.joinByLink(room, renewed ?? '');
    await isIn(bo, room);
    await ada.say('after', room);
    await reads(bo, room, 'after');
  });

  it('lets a device in again that lost its keys, with a line that everybody sees', async () => {
    const [ada, bo] = [await comes('Ada'), await comes('Bo')];
    const room = await roomOf(ada, bo);
    await ada.say('before the loss', room);
    await reads(bo, room, 'before the loss');
    bo.stop();
    for (const name of ['keys', 'progress', 'pending'])
      await bo.vault.commit([{ drop: 'rooms', key: `${room}/${name}` }]);
    const back = await comes(null, bo.vault);
    await isIn(back, room);
    await ada.say('after the loss', room);
    await reads(back, room, 'after the loss');
    await until('Ada sees it', () => changesIn(ada, room).some((line) => line.includes('readmitted')));
    expect(changesIn(back, room).some((line) => line.includes('readmitted') || line.includes('added'))).toBe(
      true,
    );
  });
});
