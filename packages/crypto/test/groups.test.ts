import { beforeAll, describe, expect, it } from 'vitest';
import {
  commitChange,
  decodeGroup,
  encodeGroup,
  type Group,
  groupKey,
  joinGroup,
  processCommit,
} from '../src/groups.ts';
import { direct, groupOf, knowing, NOW, packageOf, people, privateOf, ROOM } from './help/groups.ts';
import type { Person } from './help/people.ts';

let ada: Person;
let bo: Person;
let cleo: Person;
let dan: Person;
let resolve: ReturnType<typeof knowing>;

beforeAll(async () => {
  [ada, bo, cleo, dan] = (await people('Ada', 'Bo', 'Cleo', 'Dan')) as [Person, Person, Person, Person];
  resolve = knowing([ada, bo, cleo, dan]);
});

const none: ReadonlySet<never> = new Set();

async function sameKey(...groups: (Group | null)[]): Promise<boolean> {
  const keys = await Promise.all(groups.map((group) => group && groupKey(group)));
  return new Set(keys.map((key) => key?.toString())).size === 1;
}

function member(groups: readonly Group[], index: number): Group {
  const group = groups[index];
  if (group === undefined) throw new RangeError('no such member');
  return group;
}

describe('a group', () => {
  it('has one key for all who are in it, and another after every commit', async () => {
    const [a, b] = await groupOf(direct, [ada, bo], resolve);
    if (a === undefined || b === undefined) throw new RangeError();
    expect(await sameKey(a, b)).toBe(true);
    const update = await commitChange({ group: a, device: ada.device, now: NOW, resolve });
    const after = await processCommit({
      group: b,
      device: bo.device,
      frame: update.frame,
      sender: ada.member,
      leaving: none,
      resolve,
    });
    expect(await sameKey(update.group, after.group)).toBe(true);
    expect(await sameKey(a, update.group)).toBe(false);
    expect(after.change).toEqual({ added: [], removed: [], readmitted: [], rules: null });
  });

  it('is the same after storage', async () => {
    const groups = await groupOf(privateOf(ada), [ada, bo, cleo], resolve);
    const a = decodeGroup(ROOM, encodeGroup(member(groups, 0)));
    const b = decodeGroup(ROOM, encodeGroup(member(groups, 1)));
    const update = await commitChange({ group: a, device: ada.device, now: NOW, resolve });
    const after = await processCommit({
      group: b,
      device: bo.device,
      frame: update.frame,
      sender: ada.member,
      leaving: none,
      resolve,
    });
    expect(await sameKey(update.group, after.group)).toBe(true);
  });

  it('lets nobody follow who was removed', async () => {
    const groups = await groupOf(privateOf(ada), [ada, bo, cleo], resolve);
    const made = await commitChange({
      group: member(groups, 0),
      device: ada.device,
      now: NOW,
      remove: [bo.device.id],
      resolve,
    });
    const received = { frame: made.frame, sender: ada.member, leaving: none, resolve };
    const c = await processCommit({ group: member(groups, 2), device: cleo.device, ...received });
    expect(await sameKey(made.group, c.group)).toBe(true);
    const b = await processCommit({ group: member(groups, 1), device: bo.device, ...received });
    expect(b).toMatchObject({ group: null, change: { removed: [bo.device.id] } });
  });

  it('lets in again who lost the keys, in one commit, seen by bystanders', async () => {
    const groups = await groupOf(privateOf(ada), [ada, bo, cleo], resolve);
    const fresh = await packageOf(cleo, resolve);
    const made = await commitChange({
      group: member(groups, 1),
      device: bo.device,
      now: NOW,
      add: [fresh.open],
      remove: [cleo.device.id],
      resolve,
    });
    const a = await processCommit({
      group: member(groups, 0),
      device: ada.device,
      frame: made.frame,
      sender: bo.member,
      leaving: none,
      resolve,
    });
    expect(a.change).toMatchObject({ readmitted: [cleo.device.id], added: [], removed: [] });
    const [welcome] = made.welcomes;
    const joined = await joinGroup({
      room: ROOM,
      device: cleo.device,
      welcome: welcome?.welcome ?? new Uint8Array(),
      groupInfo: made.groupInfo,
      secrets: [fresh.secret],
      resolve,
    });
    expect(await sameKey(a.group, made.group, joined.group)).toBe(true);
  });

  it('takes admins from an admin alone', async () => {
    const groups = await groupOf(privateOf(ada), [ada, bo, cleo], resolve);
    const rules = privateOf(ada, bo);
    await expect(
      commitChange({ group: member(groups, 1), device: bo.device, now: NOW, rules, resolve }),
    ).rejects.toMatchObject({ code: 'commit_not_allowed' });
    const made = await commitChange({
      group: member(groups, 0),
      device: ada.device,
      now: NOW,
      rules,
      resolve,
    });
    const b = await processCommit({
      group: member(groups, 1),
      device: bo.device,
      frame: made.frame,
      sender: ada.member,
      leaving: none,
      resolve,
    });
    expect(b.group?.rules).toEqual(rules);
    expect(await sameKey(made.group, b.group)).toBe(true);
  });
});
