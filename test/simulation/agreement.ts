import type { Vault } from '@aurora/chat';
import type { RoomId } from '@aurora/protocol';
import { expect } from 'vitest';
import { groupRing } from '../../packages/chat/src/core/room/group/ring.ts';
import { loadState } from '../../packages/chat/src/core/room/state.ts';
import type { Owner } from './owner.ts';
import type { Walk } from './walk.ts';
import type { Person } from './world.ts';

type Keys = NonNullable<Awaited<ReturnType<typeof keysOf>>>;

/** Only the shape of what is kept is needed. */
const ring = groupRing({ pending: () => null } as unknown as Parameters<typeof groupRing>[0]);

async function keysOf(vault: Vault, room: RoomId) {
  return (await loadState(vault, room, ring))?.keys ?? null;
}

/** What must hold in a room once everybody has settled and read everything. */
export async function checkRoom(walk: Walk, room: RoomId): Promise<void> {
  const members = walk.membersOf(room);
  const kept = new Map<Owner, Keys>();
  for (const owner of walk.owners) {
    const keys = await keysOf(owner.person.vault, room);
    if (keys !== null) kept.set(owner, keys);
    expect([owner.nickname, ...owner.person.warningsIn(room)]).toEqual([owner.nickname]);
  }
  await agreeOnState(members, kept, room);
  const log = agreedLog(walk.owners, room);
  for (const { text, owner } of walk.said.filter((one) => one.room === room && members.includes(one.owner)))
    expect([owner.nickname, [...log.values()].filter((one) => one === text).length]).toEqual([
      owner.nickname,
      1,
    ]);
  const starts = beginnings([...kept.values()]);
  for (const owner of walk.owners)
    readsItsSpan(
      owner,
      members,
      { kept, starts, log, since: firstEpoch(walk, owner, kept.get(owner), room) },
      room,
    );
}

async function agreeOnState(members: Owner[], kept: Map<Owner, Keys>, room: RoomId): Promise<void> {
  const views = [];
  for (const { person } of members) {
    const view = person.view(room);
    const devices = kept.get(members.find((one) => one.person === person) as Owner);
    views.push({
      title: view?.kind === 'private' ? view.title : null,
      warning: view?.warning,
      epoch: devices?.epoch,
      admins: devices?.rules?.admins,
      devices: devices?.spans.flatMap(({ device, until }) => (until === null ? [device] : [])).sort(),
    });
  }
  const devices = members.map(({ person }) => person.client.device).sort();
  for (const view of views) expect(view).toEqual({ ...views[0], warning: null, devices });
}

/** Without what its author could not send any more when they went. */
const sentIn = (person: Person, room: RoomId) =>
  person.messagesIn(room).filter(({ delivery }) => !['pending', 'failed'].includes(delivery.status));

/** Each place in the log says the same to whoever reads it, and says it once. */
function agreedLog(owners: Owner[], room: RoomId): Map<number, string> {
  const log = new Map<number, string>();
  for (const { nickname, person } of owners)
    for (const { position, author, text } of sentIn(person, room)) {
      expect([nickname, author.nickname, text.startsWith(`${author.nickname} says`)]).toEqual([
        nickname,
        author.nickname,
        true,
      ]);
      expect([nickname, log.get(position[0]) ?? text]).toEqual([nickname, text]);
      log.set(position[0], text);
    }
  expect([...log.values()].sort()).toEqual([...new Set(log.values())].sort());
  return log;
}

/** Where each epoch begins, as far as somebody was there. */
function beginnings(all: readonly Keys[]): [epoch: number, seq: number][] {
  const known = all.flatMap(({ epochs }) =>
    epochs.flatMap(({ epoch, seq }): [number, number][] => (seq > 0 ? [[epoch, seq]] : [])),
  );
  return [...new Map(known)].sort(([a], [b]) => a - b);
}

/**
 * Who was let in by hand but follows a link does not believe a welcome of somebody who did not know that link yet, and asks again: then
 * the first epoch is that of the second welcome.
 */
function firstEpoch(walk: Walk, { nickname }: Owner, keys: Keys | undefined, room: RoomId): number {
  if (!walk.knocked.has(`${nickname} ${room}`)) return 0;
  return keys?.epochs.find(({ seq, key }) => seq > 0 && key !== null)?.epoch ?? Number.POSITIVE_INFINITY;
}

/** A member reads all of the epochs since it was let in, and nobody anything of epochs without them. */
function readsItsSpan(
  owner: Owner,
  members: Owner[],
  {
    kept,
    starts,
    log,
    since: first,
  }: {
    kept: Map<Owner, Keys>;
    starts: readonly (readonly [number, number])[];
    log: Map<number, string>;
    since: number;
  },
  room: RoomId,
): void {
  const { nickname, person } = owner;
  const { device } = person.client;
  const reads = new Set(sentIn(person, room).map(({ position }) => position[0]));
  for (const witness of members) {
    const keys = kept.get(witness);
    const spans = keys?.spans.filter((span) => span.device === device) ?? [];
    for (const [seq, text] of log) {
      const epoch = starts.findLast(([, start]) => start < seq)?.[0];
      if (epoch === undefined) continue;
      const inside = spans.find(({ since, until }) => since <= epoch && (until === null || epoch < until));
      if (inside === undefined) expect([nickname, text, reads.has(seq)]).toEqual([nickname, text, false]);
      if (epoch >= first && inside?.until === null && members.includes(owner))
        expect([nickname, text, reads.has(seq)]).toEqual([nickname, text, true]);
    }
  }
}
