import { encodeCbor } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyGroupRoom, requireGroupMember } from '../src/group/room.ts';
import {
  applyGroupEntries,
  commitChange,
  createGroup,
  decodeGroup,
  encodeGroup,
  leaveFrame,
  splitCommit,
} from '../src/groups.ts';
import { forgedCommit, sealingNonsense } from './help/forged-commit.ts';
import { entryOf, NOW, people, privateOf, ROOM } from './help/groups.ts';
import { epoch } from './help/log.ts';
import type { Person } from './help/people.ts';
import { type Player, World } from './help/world.ts';

let cast: Person[];
let world: World;
let ada: Player;
let bo: Player;
let cleo: Player;
let dan: Player;

beforeAll(async () => {
  cast = await people('Ada', 'Bo', 'Cleo', 'Dan');
});

/** Ada's room with Bo and Cleo in it, in the relay's epoch 2. */
async function opened(): Promise<void> {
  world = new World(cast);
  [ada, bo, cleo, dan] = world.players as [Player, Player, Player, Player];
  await world.found(ada, privateOf(ada.person));
  await world.change(ada, { add: [bo, cleo] });
  for (const one of [bo, cleo]) await world.sync(one);
}

/** What a player makes of the last entries of the log, without keeping it. */
async function reading(who: Player, count = 1) {
  const members = await world.resolve([]);
  const handshakes = world.log.slice(-count).map(({ entry }) => {
    const sender = members.get(entry.sender);
    if (sender === undefined) throw new RangeError();
    return { entry, sender };
  });
  const { device } = who.person;
  return applyGroupEntries(who.state, handshakes, { device, resolve: world.resolve, pending: who.request });
}

describe('the ledger of a room', () => {
  it('begins with the group of whoever made it, and counts every commit', async () => {
    await opened();
    expect(ada.state).toMatchObject({
      epoch: 2,
      fate: 'in',
      rules: privateOf(ada.person),
      parts: [],
      leaving: [],
    });
    expect(ada.state.epochs.map((one) => one.epoch)).toEqual([1, 2]);
    expect(ada.state.spans).toEqual([
      { device: ada.id, since: 1, until: null },
      { device: bo.id, since: 2, until: null },
      { device: cleo.id, since: 2, until: null },
    ]);
    expect(structuredClone(ada.state)).toEqual(ada.state);
  });

  it('tells of a founding, an arrival, a goodbye, a removal and new admins', async () => {
    await opened();
    await world.plan(ada, { add: [dan] });
    await world.send(ada);
    for (const who of [ada, bo])
      expect((await reading(who)).changes).toMatchObject([
        { change: { added: [dan.id], removed: [], rules: null } },
      ]);
    for (const who of [ada, bo, cleo, dan]) await world.sync(who);
    await world.leave(cleo);
    expect(await reading(bo)).toMatchObject({
      changes: [{ change: { type: 'left' } }],
      state: { leaving: [cleo.id] },
    });
    await world.change(bo, { remove: [cleo] });
    expect((await reading(dan, 2)).changes.at(-1)).toMatchObject({ change: { removed: [cleo.id] } });
    await world.sync(dan);
    expect(dan.state.leaving).toEqual([]);
    expect(dan.state.spans.find(({ device }) => device === cleo.id)).toMatchObject({ until: 4 });
    const rules = privateOf(ada.person, bo.person);
    await world.change(ada, { rules });
    expect((await reading(dan)).changes).toMatchObject([{ change: { rules } }]);
  });

  it('lets speak who was in, when they were', async () => {
    await opened();
    const at = (sender: Player, of: number) => ({ sender: sender.id, epoch: epoch(of) });
    requireGroupMember(ada.state, at(ada, 1));
    requireGroupMember(ada.state, at(bo, 2));
    expect(() => requireGroupMember(ada.state, at(bo, 1))).toThrow();
    await world.change(ada, { remove: [bo] });
    requireGroupMember(ada.state, at(bo, 2));
    expect(() => requireGroupMember(ada.state, at(bo, 3))).toThrow();
    expect(() => requireGroupMember(ada.state, at(dan, 3))).toThrow();
  });

  it('makes an epoch void whose commit is not believed, and goes on from there', async () => {
    await opened();
    world.append(bo, 'commit', world.epoch, encodeCbor(1));
    const { state, refused, fate } = await reading(ada);
    expect(refused).toMatchObject([{ error: { code: 'commit_malformed' } }]);
    expect({ fate, epoch: state.epoch, known: state.epochs.length }).toEqual({
      fate: 'in',
      epoch: 3,
      known: 2,
    });
    expect(state.group).toEqual(ada.state.group);
    await world.change(cleo, {});
    await world.sync(ada);
    expect(ada.state.epochs.map((one) => one.epoch)).toEqual([1, 2, 4]);
  });

  it('believes nobody that the others went on from what they spoilt themselves', async () => {
    await opened();
    await world.change(ada, { add: [dan] });
    for (const who of [bo, cleo, dan]) await world.sync(who);
    const { device } = dan.person;
    const once = await commitChange({ group: dan.group, device, now: NOW, resolve: world.resolve });
    const twice = await commitChange({ group: once.group, device, now: NOW, resolve: world.resolve });
    const { frame } = await splitCommit(twice.frame);
    world.append(dan, 'commit', world.epoch, encodeCbor(1));
    world.append(dan, 'commit', world.epoch, frame);
    expect(await reading(ada, 2)).toMatchObject({ fate: 'in', state: { spoilers: [dan.id] } });
    // Who spoilt nothing is believed, and who is not in is no spoiler.
    await world.sync(ada);
    world.append(bo, 'commit', world.epoch, frame);
    expect((await reading(ada)).fate).toBe('behind');
  });

  it('takes nothing of another epoch, in another’s name, or of who is not in', async () => {
    await opened();
    const entry = entryOf(9, 'commit', bo.id, 7, encodeCbor(1));
    const of = { device: ada.person.device, resolve: world.resolve, pending: null };
    const apply = (one: typeof entry, sender = bo) =>
      applyGroupEntries(ada.state, [{ entry: one, sender: sender.person.member }], of);
    for (const [one, sender, code] of [
      [entry, bo, 'epoch_mismatch'],
      [{ ...entry, epoch: ada.state.epoch }, cleo, 'sender_mismatch'],
      [{ ...entry, epoch: ada.state.epoch, kind: 'message' }, bo, 'handshake_malformed'],
      [{ ...entry, epoch: ada.state.epoch, kind: 'handshake' }, bo, 'handshake_malformed'],
    ] as const) {
      const { state, refused } = await apply(one, sender);
      expect(refused).toMatchObject([{ error: { code } }]);
      expect(state).toEqual(ada.state);
    }
    const goodbye = await leaveFrame(dan.person.device, { room: ROOM, epoch: world.epoch });
    world.append(dan, 'handshake', world.epoch, goodbye);
    expect((await reading(ada)).refused).toMatchObject([{ error: { code: 'not_a_member' } }]);
  });

  it('lets nobody go who left and was let in anew before', async () => {
    await opened();
    await world.leave(bo);
    await world.change(cleo, { add: [bo], remove: [bo] });
    expect((await reading(cleo)).state.leaving).toEqual([]);
    bo.left = false;
    await world.sync(bo);
    expect([bo.follows, bo.state.leaving]).toEqual([true, []]);
    expect((await reading(ada)).state.leaving).toEqual([]);
  });

  it('tells a newcomer who left before it came in, also what its host did not know yet', async () => {
    await opened();
    await world.leave(bo);
    await world.sync(cleo);
    await world.plan(cleo, { add: [dan] });
    await world.leave(cleo);
    cleo.left = false;
    expect(await world.send(cleo)).toBe(true);
    await world.sync(dan);
    expect(dan.state.leaving).toEqual([bo.id, cleo.id]);
    await world.change(dan, { remove: [bo, cleo] });
    const { state, refused } = await reading(ada, world.log.length - ada.read);
    expect(refused).toEqual([]);
    expect(requireGroupMember(state, { sender: dan.id, epoch: epoch(4) })).toBeUndefined();
    expect(() => requireGroupMember(state, { sender: bo.id, epoch: epoch(4) })).toThrow();
  });

  it('tells a newcomer nothing of who left and was let in anew with it, nor of a goodbye that is not one', async () => {
    await opened();
    await world.plan(cleo, { add: [dan, bo], remove: [bo] });
    await world.leave(bo);
    const { epoch: now } = world;
    const unsigned = await leaveFrame(bo.person.device, { room: ROOM, epoch: now });
    world.append(ada, 'handshake', now, unsigned);
    world.append(ada, 'handshake', now, await leaveFrame(ada.person.device, { room: ROOM, epoch: epoch(1) }));
    world.append(ada, 'handshake', now, encodeCbor([7]));
    expect(await world.send(cleo)).toBe(true);
    await world.sync(dan);
    expect([dan.follows, dan.state.leaving]).toEqual([true, []]);
    await world.sync(ada);
    expect(ada.state.leaving).toEqual([]);
  });

  it('takes no goodbye that was said before somebody came again', async () => {
    await opened();
    await world.leave(bo);
    const [said] = world.log.slice(-1);
    await world.change(cleo, { remove: [bo] });
    await world.change(cleo, { add: [bo] });
    if (said === undefined) throw new RangeError();
    world.append(bo, 'handshake', world.epoch, said.entry.frame);
    const { refused, state } = await reading(cleo);
    expect(refused).toMatchObject([{ error: { code: 'epoch_mismatch' } }]);
    expect(state.leaving).toEqual([]);
  });
});

describe('a device’s own commit', () => {
  it('is not laid on a removal that a relay puts before it', async () => {
    await opened();
    await world.plan(bo, {});
    await world.plan(ada, { remove: [cleo] });
    if (ada.request === null || bo.request === null) throw new RangeError();
    expect(await world.send(ada)).toBe(true);
    // The relay lets it pass for a change of the epoch after the removal.
    world.append(bo, 'commit', world.epoch, bo.request.frame, { id: bo.request.id });
    const { state, refused } = await reading(bo, world.log.length - bo.read);
    expect(refused).toMatchObject([{ error: { code: 'commit_stale' } }]);
    expect(decodeGroup(ROOM, state.group ?? new Uint8Array()).devices).not.toContain(cleo.id);
    expect(state.epochs.map((one) => one.epoch)).toEqual([2, 3]);
  });

  it('is not taken up in another group than the one that it was made for', async () => {
    await opened();
    await world.plan(bo, {});
    const pending = bo.request;
    if (pending === null) throw new RangeError();
    expect(await world.send(bo)).toBe(true);
    for (const base of [null, new Uint8Array(64)]) {
      bo.request = { ...pending, base };
      expect((await reading(bo)).refused).toMatchObject([{ error: { code: 'commit_stale' } }]);
    }
    bo.request = pending;
    expect((await reading(bo)).refused).toEqual([]);
  });

  it('is taken up as it was made, after a crash too', async () => {
    await opened();
    await world.plan(bo, {});
    await world.send(bo);
    bo.request = structuredClone(bo.request);
    await world.sync(bo);
    await world.sync(ada);
    expect(bo.state.epochs.at(-1)?.key).toEqual(ada.state.epochs.at(-1)?.key);
    expect(bo.state.fate).toBe('in');
  });

  it('that it does not know any more leaves it behind, with the keys that it had', async () => {
    await opened();
    await world.plan(bo, {});
    await world.send(bo);
    bo.request = null;
    const { fate, state, refused } = await reading(bo);
    expect(fate).toBe('behind');
    expect(refused).toMatchObject([{ error: { code: 'commit_unprocessable' } }]);
    expect(state.group).toEqual(bo.state.group);
  });

  it('is not another that a relay shows under its id', async () => {
    await opened();
    await world.plan(bo, {});
    const { request } = bo;
    await world.plan(bo, {});
    if (request === null || bo.request === null) throw new RangeError();
    world.append(bo, 'commit', world.epoch, request.frame, { id: bo.request.id });
    expect(await reading(bo)).toMatchObject({
      fate: 'behind',
      refused: [{ error: { code: 'commit_unprocessable' } }],
    });
  });
});

describe('who is behind', () => {
  const spoil = async () => {
    const suite = (one: Parameters<typeof sealingNonsense>[0]) => sealingNonsense(one, () => true);
    const { frame } = await forgedCommit(bo.group, bo.person.device, world.resolve, { suite });
    await world.plan(bo, {});
    world.append(bo, 'commit', world.epoch, (await splitCommit(frame)).frame);
  };

  it('was told secrets that are none, and keeps what it has', async () => {
    await opened();
    await spoil();
    const { fate, state } = await reading(ada);
    expect(fate).toBe('behind');
    expect(state.group).toEqual(ada.state.group);
  });

  it('follows again when it turns out that nobody went on', async () => {
    await opened();
    await spoil();
    for (const one of [ada, cleo]) await world.sync(one);
    expect([ada.state.fate, cleo.state.fate]).toEqual(['behind', 'behind']);
    // One of those who were fooled goes on from what they all have.
    await world.plan(cleo, {});
    await world.send(cleo);
    await world.sync(ada);
    expect(ada.state.fate).toBe('in');
  });

  it('is told by what others say, as far as that can be', async () => {
    await opened();
    const boast = async (who: Player, by: bigint) => {
      const { group } = who;
      const state = (one: typeof group.mls) => ({
        ...one,
        groupContext: { ...one.groupContext, epoch: group.mls.groupContext.epoch + by },
      });
      const { frame } = await forgedCommit(group, who.person.device, world.resolve, { state });
      world.append(who, 'commit', world.epoch, (await splitCommit(frame)).frame);
      const read = await reading(ada);
      await world.sync(ada);
      return read.fate;
    };
    // There was nothing yet from which the others could have gone on.
    expect(await boast(bo, 1n)).toBe('in');
    expect(await boast(bo, 9n)).toBe('in');
    // Not by the word of whoever spoilt it.
    expect(await boast(bo, 2n)).toBe('in');
    expect(await boast(cleo, 2n)).toBe('behind');
  });

  it('was let in anew by a commit, and waits for its welcome with its old keys', async () => {
    await opened();
    await world.plan(bo, { add: [cleo], remove: [cleo] });
    await world.send(bo);
    const { fate, state, changes } = await reading(cleo);
    expect({ fate, group: state.group }).toEqual({ fate: 'behind', group: cleo.state.group });
    expect(changes).toMatchObject([{ change: { readmitted: [cleo.id], removed: [], added: [] } }]);
    expect(state.epochs.at(-1)).toMatchObject({ epoch: 3, key: null });
    await world.sync(cleo);
    expect(cleo.state.fate).toBe('in');
  });
});

it('who is removed is told so, and holds no key from then on', async () => {
  await opened();
  await world.change(ada, { remove: [bo] });
  const { state, fate } = await reading(bo);
  expect(fate).toBe('removed');
  expect(state.group).toBeNull();
  expect(state.epochs.at(-1)).toMatchObject({ epoch: 3, key: null });
  await world.sync(bo);
  await world.change(ada, {});
  expect((await reading(bo)).fate).toBe('removed');
});

it('a commit that is not adopted leaves the group as it was', async () => {
  const group = await createGroup({
    room: ROOM,
    device: cast[0]?.device as never,
    rules: privateOf(cast[0] as Person),
    now: NOW,
  });
  const before = encodeGroup(group);
  await forgedCommit(
    group,
    cast[0]?.device as never,
    async () => new Map([[cast[0]?.device.id as never, cast[0]?.member as never]]),
  );
  expect(encodeGroup(group)).toEqual(before);
  expect(emptyGroupRoom(ROOM)).toMatchObject({ epoch: 0, group: null, fate: 'in' });
});
