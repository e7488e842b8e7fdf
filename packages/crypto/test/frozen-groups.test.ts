import { readFileSync } from 'node:fs';
import { type Bytes, fromHex, type Millis, utf8 } from '@aurora/protocol';
import { expect, test } from 'vitest';
import { decodeCommit } from '../src/group/frames.ts';
import { emptyGroupRoom } from '../src/group/room.ts';
import { RULES_EXTENSION, rulesIn } from '../src/group/rules.ts';
import {
  applyGroupEntries,
  checkInvite,
  checkSafetyCode,
  decodeGroup,
  groupKey,
  joinGroup,
  openKnock,
  openLetter,
  processCommit,
  readKeyPackage,
} from '../src/groups.ts';
import { decodeBody, openRegister } from '../src/index.ts';
import { cast, place } from './help/frozen.ts';
import {
  type FrozenGroups,
  groupsDeterministic,
  introduction,
  invite,
  link,
  mark,
  refusal,
  title,
} from './help/frozen-groups.ts';
import { entryOf, knowing, NOW, privateOf, ROOM } from './help/groups.ts';
import { epoch } from './help/log.ts';

const file = new URL('vectors/frozen-groups.json', import.meta.url);
const frozen: FrozenGroups = JSON.parse(readFileSync(file, 'utf8'));
const old = (name: keyof FrozenGroups): Bytes => fromHex(frozen[name]);
const [ada, bo] = await cast();
const resolve = knowing([ada, bo]);

test.each(Object.entries(await groupsDeterministic()))('%s is made as it always was', (name, value) => {
  expect(frozen).toMatchObject({ [name]: value });
});

test('old titles, links, marks and rules are still read', async () => {
  expect(decodeBody(old('titleBody'))).toEqual(title);
  expect(decodeBody(old('linkBody'))).toEqual(link);
  expect(decodeBody(old('markBody'))).toEqual(mark);
  const { room, key } = place;
  const frame = old('register');
  expect(await openRegister({ room, keyOf: () => key, sender: ada.member, frame })).toEqual(mark);
  const rules = (name: 'privateRules' | 'directRules') =>
    rulesIn([{ extensionType: RULES_EXTENSION, extensionData: old(name) }]);
  expect(rules('privateRules')).toEqual(privateOf(ada, bo));
  expect(rules('directRules')).toEqual({ kind: 'direct', history: 'all', admins: [] });
});

test('old key packages, knocks and letters still open', async () => {
  const read = await readKeyPackage(old('keyPackage'), { now: NOW, resolve });
  expect(read.device).toBe(bo.device.id);
  const knock = await openKnock(old('knock'), { room: ROOM, now: NOW, sender: bo.member, resolve });
  expect(knock).toMatchObject({ proof: null, keyPackage: { device: bo.device.id } });
  const from = { room: ROOM, device: bo.device, from: ada.member };
  expect(await openLetter({ ...from, frame: old('introduction') })).toEqual(introduction);
  expect(await openLetter({ ...from, frame: old('refusal') })).toEqual(refusal);
});

test('old invites and safety codes still hold', async () => {
  const proof = old('inviteProof');
  expect(await checkInvite(invite, { room: ROOM, device: bo.device.id, proof })).toBe(true);
  const [mine, theirs] = [bo, ada].map(({ device }) => device.credential.identityPub) as [Bytes, Bytes];
  const code = new TextDecoder().decode(old('safetyCode'));
  expect(await checkSafetyCode(code, mine, theirs)).toBe('same');
  expect(old('safetyDigits')).toHaveLength(utf8('0').length * 60);
});

test('an old welcome still lets in, and an old group still follows an old commit', async () => {
  const secret = {
    ref: old('keyPackageRef'),
    keyPackage: old('keyPackage'),
    secret: old('keyPackageSecret'),
    until: 0 as Millis,
    lastResort: false,
  };
  const invited = { welcome: old('welcome'), groupInfo: old('groupInfo'), secrets: [secret], resolve };
  const { group } = await joinGroup({ room: ROOM, device: bo.device, ...invited });
  expect(await groupKey(group)).toEqual(old('groupKey'));
  const stored = decodeGroup(ROOM, old('group'));
  expect(await groupKey(stored)).toEqual(old('groupKey'));
  const commit = decodeCommit(old('commit'));
  if (commit.type !== 'commit') throw new TypeError();
  const received = { frame: commit.message, sender: ada.member, leaving: new Set<never>(), resolve };
  const after = await processCommit({ group: stored, device: bo.device, ...received });
  expect(after.group && (await groupKey(after.group))).toEqual(old('nextKey'));
});

test('an old log still makes the same room', async () => {
  const spans = [ada, bo].map(({ device }) => ({ device: device.id, since: epoch(2), until: null }));
  const start = { ...emptyGroupRoom(ROOM), epoch: epoch(3), group: old('group'), spans };
  const handshakes = [
    { entry: entryOf(1, 'handshake', ada.device.id, 3, old('leave')), sender: ada.member },
    { entry: entryOf(2, 'commit', ada.device.id, 3, old('commit')), sender: ada.member },
  ];
  const reader = { device: bo.device, resolve, pending: null };
  const { state, refused } = await applyGroupEntries(start, handshakes, reader);
  expect(refused).toEqual([]);
  expect(state).toMatchObject({ epoch: 4, leaving: [ada.device.id], fate: 'in' });
  expect(state.epochs).toMatchObject([{ epoch: 4, key: old('nextKey') }]);
});
