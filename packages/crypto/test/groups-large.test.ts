import { type Bytes, limits } from '@aurora/protocol';
import { beforeAll, expect, test } from 'vitest';
import { emptyGroupRoom } from '../src/group/room.ts';
import {
  applyGroupEntries,
  beginningOf,
  commitChange,
  createGroup,
  createKeyPackage,
  decodeGroup,
  encodeGroup,
  type Group,
  groupKey,
  joinGroup,
  type KeyPackageSecret,
  type Resolve,
  readKeyPackage,
  splitCommit,
} from '../src/groups.ts';
import { entryOf, knowing, NOW, privateOf, ROOM } from './help/groups.ts';
import { epoch } from './help/log.ts';
import { type Person, person } from './help/people.ts';

/** A full room, with the keys that are really used: its commits are longer than one entry. */
const FULL = 256;
const PATIENCE = { timeout: 180_000 };

let cast: Person[];
let resolve: Resolve;
let group: Group;
let last: { readonly secret: KeyPackageSecret; readonly group: Group };

const first = (): Person => cast[0] as Person;
const other = (): Person => cast[FULL - 1] as Person;

beforeAll(async () => {
  cast = [];
  for (let at = 0; at < FULL + 1; at += 1) cast.push(await person(`N${at}`));
  resolve = knowing(cast);
  const alone = await createGroup({
    room: ROOM,
    device: first().device,
    rules: privateOf(first()),
    now: NOW,
  });
  const secrets: KeyPackageSecret[] = [];
  for (const { device } of cast.slice(1, FULL))
    secrets.push(await createKeyPackage(device, { now: NOW, lastResort: false }));
  const add = await Promise.all(
    secrets.map(({ keyPackage }) => readKeyPackage(keyPackage, { now: NOW, resolve })),
  );
  const made = await commitChange({ group: alone, device: first().device, now: NOW, add, resolve });
  const secret = secrets.at(-1);
  const welcome = made.welcomes.find(({ device }) => device === other().device.id)?.welcome;
  if (secret === undefined || welcome === undefined) throw new RangeError();
  const { groupInfo } = made;
  const device = other().device;
  const joined = await joinGroup({ room: ROOM, device, welcome, groupInfo, secrets: [secret], resolve });
  group = made.group;
  last = { secret, group: joined.group };
}, PATIENCE.timeout);

test('a room of 256 is full, and no larger one is made', PATIENCE, async () => {
  expect(group.devices).toHaveLength(FULL);
  const one = cast[FULL] as Person;
  const { keyPackage } = await createKeyPackage(one.device, { now: NOW, lastResort: false });
  const add = [await readKeyPackage(keyPackage, { now: NOW, resolve })];
  const wish = { group, device: first().device, now: NOW, add, resolve };
  await expect(commitChange(wish)).rejects.toMatchObject({ code: 'room_too_large' });
});

test('its longest commit comes in parts, which are put together in the log', PATIENCE, async () => {
  const made = await commitChange({ group, device: first().device, now: NOW, resolve });
  expect(made.frame.length).toBeGreaterThan(limits.frame);
  const { parts, frame } = await splitCommit(made.frame);
  for (const one of [...parts, frame]) expect(one.length).toBeLessThanOrEqual(limits.frame);
  const start = {
    ...emptyGroupRoom(ROOM),
    epoch: epoch(2),
    spans: group.devices.map((device) => ({ device, since: epoch(1), until: null })),
    group: encodeGroup(last.group),
    rules: group.rules,
  };
  const reader = { device: other().device, resolve, pending: null };
  const entries = (some: readonly Bytes[], sender = first()) => [
    ...some.map((part, at) => ({
      entry: entryOf(at + 1, 'handshake', sender.device.id, 2, part),
      sender: sender.member,
    })),
    { entry: entryOf(9, 'commit', first().device.id, 2, frame), sender: first().member },
  ];
  const key = await groupKey(made.group);
  for (const order of [parts, [...parts].reverse()]) {
    const { state, refused } = await applyGroupEntries(start, entries(order), reader);
    expect(refused).toEqual([]);
    expect(state.epochs).toMatchObject([{ epoch: 3, key }]);
    expect(state.parts).toEqual([]);
  }
  const all = entries(parts);
  expect(await beginningOf(made.group, all)).toEqual({ commit: all.at(-1)?.entry, leaving: [] });
  const elsewhere = [entries(parts.slice(1)), entries(parts, cast[3]), entries(parts).slice(0, -1)];
  for (const others of elsewhere) expect(await beginningOf(made.group, others)).toBeNull();
  expect(await beginningOf(group, entries(parts))).toBeNull();
  // A part is missing, or somebody else's: then the commit is none, for all.
  for (const lacking of [entries(parts.slice(1)), entries(parts, cast[3])]) {
    const { state, refused } = await applyGroupEntries(start, lacking, reader);
    expect(refused).toMatchObject([{ error: { code: 'commit_malformed' } }]);
    expect(state).toMatchObject({ epoch: 3, epochs: [], fate: 'in' });
  }
  // Of each member one commit is put together at a time.
  const halfway = await applyGroupEntries(start, entries(parts).slice(0, -1), reader);
  expect(halfway.state.parts).toHaveLength(1);
  expect(structuredClone(halfway.state)).toEqual(halfway.state);
});

test('it is stored within what a vault takes', PATIENCE, () => {
  const encoded = encodeGroup(last.group);
  expect(encoded.length).toBeLessThan(2 * 1024 * 1024);
  expect(decodeGroup(ROOM, encoded).devices).toEqual(group.devices);
});
