import {
  type Bytes,
  type DeviceId,
  directRoomBytes,
  directRoomId,
  type Entry,
  type EntryKind,
  type Epoch,
  type MessageId,
  type Millis,
  type RoomId,
  type Seq,
} from '@aurora/protocol';
import {
  commitChange,
  createGroup,
  createKeyPackage,
  type Group,
  joinGroup,
  type KeyPackage,
  type KeyPackageSecret,
  type Resolve,
  type RoomRules,
  readKeyPackage,
} from '../../src/groups.ts';
import { sha256 } from '../../src/index.ts';
import { type Person, person } from './people.ts';

export const ROOM = 'ab'.repeat(16) as RoomId;
export const NOW = 1_800_000_000_000 as Millis;

export async function people(...nicknames: string[]): Promise<Person[]> {
  return Promise.all(nicknames.map((nickname) => person(nickname)));
}

export function knowing(known: readonly Person[]): Resolve {
  const all = new Map(known.map(({ member }) => [member.id, member]));
  return async () => all;
}

export const privateOf = (...admins: Person[]): RoomRules => ({
  kind: 'private',
  history: 'none',
  admins: admins.map(({ device }) => device.identity).sort(),
});

export const direct: RoomRules = { kind: 'direct', history: 'none', admins: [] };

export async function packageOf(
  who: Person,
  resolve: Resolve,
  lastResort = false,
): Promise<{ secret: KeyPackageSecret; open: KeyPackage }> {
  const secret = await createKeyPackage(who.device, { now: NOW, lastResort });
  return { secret, open: await readKeyPackage(secret.keyPackage, { now: NOW, resolve }) };
}

/** The room of two people. */
export async function directRoom(one: Person, other: Person): Promise<RoomId> {
  return directRoomId(await sha256(directRoomBytes(one.device.identity, other.device.identity)));
}

/** A group of these people, each with a view of their own; the first made it and added the others. */
export async function groupOf(
  rules: RoomRules,
  [founder, ...others]: readonly Person[],
  resolve: Resolve,
): Promise<Group[]> {
  if (founder === undefined) throw new RangeError('nobody');
  const [first] = others;
  const room = rules.kind === 'direct' && first ? await directRoom(founder, first) : ROOM;
  const alone = await createGroup({ room, device: founder.device, rules, now: NOW });
  if (others.length === 0) return [alone];
  const packages = await Promise.all(others.map((one) => packageOf(one, resolve)));
  const made = await commitChange({
    group: alone,
    device: founder.device,
    now: NOW,
    add: packages.map(({ open }) => open),
    resolve,
  });
  const joined = await Promise.all(
    others.map(async ({ device }, index) => {
      const welcome = made.welcomes.find((one) => one.device === device.id)?.welcome;
      const secret = packages[index]?.secret;
      if (welcome === undefined || secret === undefined) throw new RangeError('no welcome');
      const { groupInfo } = made;
      return (await joinGroup({ room, device, welcome, groupInfo, secrets: [secret], resolve })).group;
    }),
  );
  return [made.group, ...joined];
}

let messages = 0;
export function freshId(): MessageId {
  messages += 1;
  return messages.toString(16).padStart(32, '0') as MessageId;
}

export function entryOf(
  seq: number,
  kind: EntryKind,
  sender: DeviceId,
  epoch: number,
  frame: Bytes,
  id: MessageId = freshId(),
): Entry {
  return { seq: seq as Seq, kind, sender, id, epoch: epoch as Epoch, at: (NOW + seq) as Millis, frame };
}
