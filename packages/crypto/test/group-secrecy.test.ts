import { equalBytes } from '@aurora/protocol';
import { emptyPskIndex, processPublicMessage } from 'ts-mls';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { decryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { groupContextEncoder } from 'ts-mls/groupContext.js';
import { beforeAll, expect, test } from 'vitest';
import { configOf } from '../src/group/group.ts';
import { authenticationBy } from '../src/group/leaf.ts';
import { suiteOf } from '../src/group/suite.ts';
import { decodeMessage } from '../src/group/wire.ts';
import {
  commitChange,
  decodeGroup,
  encodeGroup,
  type Group,
  groupKey,
  joinGroup,
  processCommit,
  type Resolve,
} from '../src/groups.ts';
import { groupOf, knowing, NOW, packageOf, people, privateOf, ROOM } from './help/groups.ts';
import type { Person } from './help/people.ts';

let cast: Person[];
let resolve: Resolve;
let groups: Group[];

beforeAll(async () => {
  cast = await people('Ada', 'Bo', 'Cleo', 'Dan', 'Eve');
  resolve = knowing(cast);
  groups = await groupOf(privateOf(cast[0] as Person), cast.slice(0, 4), resolve);
});

const at = (index: number): { group: Group; person: Person } => {
  const [group, person] = [groups[index], cast[index]];
  if (group === undefined || person === undefined) throw new RangeError();
  return { group, person };
};

function pathOf(frame: Uint8Array<ArrayBuffer>) {
  const message = decodeMessage(frame, 'commit_malformed');
  if (message.wireformat !== 'mls_public_message') throw new TypeError();
  const { content } = message.publicMessage;
  if (content.contentType !== 'commit' || content.commit.path === undefined) throw new TypeError();
  return { publicMessage: message.publicMessage, path: content.commit.path };
}

/** Tries every private key of somebody on every secret of a commit's path, in the context that it leads to. */
async function opens(frame: Uint8Array<ArrayBuffer>, after: Group, { mls }: Group): Promise<number> {
  const { path } = pathOf(frame);
  const { hpke } = suiteOf(null);
  // The tag is made later than the path: its context has the transcript of before.
  const { confirmedTranscriptHash, extensions } = mls.groupContext;
  const context = encode(groupContextEncoder)({
    ...after.mls.groupContext,
    confirmedTranscriptHash,
    extensions,
  });
  let opened = 0;
  for (const { encryptedPathSecret } of path.nodes)
    for (const { kemOutput, ciphertext } of encryptedPathSecret)
      for (const secret of Object.values(mls.privatePath.privateKeys)) {
        const key = await hpke.importPrivateKey(secret as Uint8Array);
        opened += await decryptWithLabel(key, 'UpdatePathNode', context, kemOutput, ciphertext, hpke).then(
          () => 1,
          () => 0,
        );
      }
  return opened;
}

test('who was removed cannot come by the next key, with the commit and all secrets that it had', async () => {
  const { group, person } = at(0);
  const removed = at(1);
  const remove = [removed.person.device.id];
  const made = await commitChange({ group, device: person.device, now: NOW, remove, resolve });
  // The same attempt finds the secret with the keys of somebody who stays.
  expect(await opens(made.frame, made.group, at(2).group)).toBeGreaterThan(0);
  expect(await opens(made.frame, made.group, removed.group)).toBe(0);
  const state = { ...removed.group.mls, clientConfig: configOf(authenticationBy(await resolve([]))) };
  const { publicMessage } = pathOf(made.frame);
  const { newState } = await processPublicMessage(
    state,
    publicMessage,
    emptyPskIndex,
    suiteOf(removed.person.device),
  );
  const key = await groupKey({ ...removed.group, mls: newState });
  expect(equalBytes(key, await groupKey(made.group))).toBe(false);
});

test('who comes cannot come by the key before', async () => {
  const { group, person } = at(0);
  const eve = cast[4] as Person;
  const before = await commitChange({ group, device: person.device, now: NOW, resolve });
  const { secret, open } = await packageOf(eve, resolve);
  const made = await commitChange({
    group: before.group,
    device: person.device,
    now: NOW,
    add: [open],
    resolve,
  });
  const [welcome] = made.welcomes;
  const secrets = [secret];
  const joined = await joinGroup({
    room: ROOM,
    device: eve.device,
    welcome: welcome?.welcome ?? new Uint8Array(),
    groupInfo: made.groupInfo,
    secrets,
    resolve,
  });
  expect(await groupKey(joined.group)).toEqual(await groupKey(made.group));
  expect(await opens(before.frame, before.group, joined.group)).toBe(0);
  const old = await groupKey(before.group);
  const stored = Buffer.from(encodeGroup(joined.group));
  expect(stored.includes(Buffer.from(old))).toBe(false);
  expect(stored.includes(Buffer.from(before.group.mls.keySchedule.exporterSecret))).toBe(false);
  expect(stored.includes(Buffer.from(before.group.mls.keySchedule.initSecret))).toBe(false);
});

test('nothing of an epoch that is over stays in a stored group', async () => {
  const { group, person } = at(0);
  const update = await commitChange({ group, device: person.device, now: NOW, resolve });
  const bo = at(1);
  const received = { frame: update.frame, sender: person.member, leaving: new Set<never>(), resolve };
  const after = await processCommit({ group: bo.group, device: bo.person.device, ...received });
  if (after.group === null) throw new RangeError();
  for (const [old, now] of [
    [group, update.group],
    [bo.group, after.group],
  ] as const) {
    const stored = Buffer.from(encodeGroup(now));
    const { keySchedule } = decodeGroup(ROOM, encodeGroup(old)).mls;
    for (const secret of Object.values(keySchedule))
      expect(stored.includes(Buffer.from(secret as Uint8Array))).toBe(false);
  }
});

test('an update heals: who copied a member’s secrets before it cannot follow it', async () => {
  const { group, person } = at(1);
  const copied = decodeGroup(ROOM, encodeGroup(group));
  const update = await commitChange({ group, device: person.device, now: NOW, resolve });
  expect(await opens(update.frame, update.group, copied)).toBe(0);
});

test('the room’s key is the group’s exporter secret for the room, and is used by nothing else', async () => {
  const keys = await Promise.all(groups.map(groupKey));
  expect(new Set(keys.map(String)).size).toBe(1);
  expect(keys[0]).toHaveLength(32);
  const other = '01'.repeat(16) as typeof ROOM;
  expect(await groupKey({ ...at(0).group, room: other })).not.toEqual(keys[0]);
});
