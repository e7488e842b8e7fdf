import { type Bytes, fromHex, toHex, utf8 } from '@aurora/protocol';
import { dangerouslySealWithNonce } from '../../src/content/envelope.ts';
import { dangerouslyRawContentKey } from '../../src/content/keys.ts';
import { encodeRules } from '../../src/group/rules.ts';
import {
  commitChange,
  createGroup,
  createKeyPackage,
  encodeGroup,
  groupKey,
  joinGroup,
  type Letter,
  leaveFrame,
  proveInvite,
  readKeyPackage,
  safetyNumber,
  sealLetter,
  signKnock,
  splitCommit,
} from '../../src/groups.ts';
import { encodeBody, type MessageBody, type RegisterBody } from '../../src/index.ts';
import { cast, inputs, place } from './frozen.ts';
import { knowing, NOW, privateOf, ROOM } from './groups.ts';
import { epoch, seq } from './log.ts';
import type { Person } from './people.ts';

export const title: MessageBody = { type: 'title', at: NOW, seen: null, title: 'Grüße' };
export const link: MessageBody = {
  type: 'link',
  at: NOW,
  seen: [seq(2), fromHex('0c'.repeat(32))],
  secret: fromHex('0d'.repeat(16)),
};
export const mark: RegisterBody = { type: 'mark', at: NOW, delivered: seq(9), seen: seq(7) };
export const introduction: Letter = {
  type: 'introduction',
  welcome: fromHex('0f'.repeat(32)),
  epoch: epoch(3),
  keys: [{ epoch: epoch(1), key: fromHex(inputs.key) }],
  spans: [{ device: '0e'.repeat(16) as never, since: epoch(1), until: null }],
  title: 'Grüße',
  link: fromHex('0d'.repeat(16)),
  chain: { seq: seq(2), chain: fromHex('0c'.repeat(32)) },
};
export const refusal: Letter = { type: 'refusal', code: 'declined' };
export const invite = fromHex('0d'.repeat(16));

export type FrozenGroups = Readonly<
  Record<
    keyof Awaited<ReturnType<typeof groupsDeterministic>> | keyof Awaited<ReturnType<typeof groupsRandom>>,
    string
  >
>;

/** Every structure of private rooms that the inputs determine, as hex. */
export async function groupsDeterministic() {
  const [ada, bo] = await cast();
  const header = { room: place.room, epoch: place.epoch, device: ada.device.id, id: place.id };
  const sealing = { header, key: place.key, device: ada.device, keys: undefined };
  const safety = await safetyNumber(ada.device.credential.identityPub, bo.device.credential.identityPub);
  return hexOf({
    privateRules: encodeRules(privateOf(ada, bo)),
    directRules: encodeRules({ kind: 'direct', history: 'all', admins: [] }),
    titleBody: encodeBody(title),
    linkBody: encodeBody(link),
    markBody: encodeBody(mark),
    registerKey: await dangerouslyRawContentKey({ ...place, device: ada.device.id }, 'register'),
    register: await dangerouslySealWithNonce(
      { ...sealing, purpose: 'register', body: mark },
      fromHex(inputs.nonce),
    ),
    leave: await leaveFrame(ada.device, { room: ROOM, epoch: epoch(3) }),
    inviteProof: await proveInvite(invite, { room: ROOM, device: bo.device.id }),
    safetyDigits: utf8(safety.digits),
    safetyCode: utf8(safety.code),
  });
}

/** What is made with fresh randomness, and so can only be used again. Ada made a group, let Bo in, and changed her keys. */
export async function groupsRandom() {
  const [ada, bo] = (await cast()) as [Person, Person];
  const resolve = knowing([ada, bo]);
  const package_ = await createKeyPackage(bo.device, { now: NOW, lastResort: false });
  const alone = await createGroup({ room: ROOM, device: ada.device, rules: privateOf(ada), now: NOW });
  const add = [await readKeyPackage(package_.keyPackage, { now: NOW, resolve })];
  const added = await commitChange({ group: alone, device: ada.device, now: NOW, add, resolve });
  const welcome = added.welcomes[0]?.welcome ?? new Uint8Array();
  const { groupInfo } = added;
  const invited = { room: ROOM, device: bo.device, welcome, groupInfo, secrets: [package_], resolve };
  const { group } = await joinGroup(invited);
  const update = await commitChange({ group: added.group, device: ada.device, now: NOW, resolve });
  const to = { room: ROOM, device: ada.device, to: bo.member };
  return hexOf({
    keyPackage: package_.keyPackage,
    keyPackageRef: package_.ref,
    keyPackageSecret: package_.secret,
    welcome,
    groupInfo,
    group: encodeGroup(group),
    groupKey: await groupKey(group),
    commit: (await splitCommit(update.frame)).frame,
    nextKey: await groupKey(update.group),
    knock: await signKnock(bo.device, { room: ROOM, keyPackage: package_.keyPackage, proof: null }),
    introduction: await sealLetter({ ...to, letter: introduction }),
    refusal: await sealLetter({ ...to, letter: refusal }),
  });
}

function hexOf<K extends string>(values: Readonly<Record<K, Bytes>>): Record<K, string> {
  const out = {} as Record<K, string>;
  for (const name in values) out[name] = toHex(values[name]);
  return out;
}
