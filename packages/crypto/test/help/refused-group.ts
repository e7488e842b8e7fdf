import type { Bytes, DeviceId } from '@aurora/protocol';
import type { Proposal } from 'ts-mls';
import { leafIndexOf } from '../../src/group/group.ts';
import { commitChange, type Group, processCommit } from '../../src/groups.ts';
import type { CryptoErrorCode } from '../../src/index.ts';
import { type Forgery, forgedCommit } from './forged-commit.ts';
import { groupOf, knowing, NOW, packageOf, people, privateOf } from './groups.ts';
import type { Person } from './people.ts';
import { expectRefusal } from './refusal.ts';

/** Ada is the room's admin; Bo, who is none, tries things; Dan is not in it. */
export const [ada, bo, cleo, dan] = (await people('Ada', 'Bo', 'Cleo', 'Dan')) as [
  Person,
  Person,
  Person,
  Person,
];
const inside = [ada, bo, cleo] as const;
export const resolve = knowing([ada, bo, cleo, dan]);
const groups = (await groupOf(privateOf(ada), inside, resolve)) as [Group, Group, Group];

/** The group as one of them has it. */
export const of = (at: 0 | 1 | 2): Group => groups[at];

/** A commit of Bo's that is in order. */
export const update = (await commitChange({ group: of(1), device: bo.device, now: NOW, resolve })).frame;

export const leaf = (person: Person): number => leafIndexOf(of(0), person.device.id) ?? -1;

export const receive = (frame: Bytes, sender: Person, at: 0 | 1 | 2, leaving: readonly DeviceId[] = []) =>
  processCommit({
    group: of(at),
    device: inside[at].device,
    frame,
    sender: sender.member,
    leaving: new Set(leaving),
    resolve,
  });

/** Everybody else comes to the same verdict. */
export async function refused(frame: Bytes, code: CryptoErrorCode, sender = bo): Promise<void> {
  for (const at of sender === bo ? ([0, 2] as const) : ([1, 2] as const))
    await expectRefusal(receive(frame, sender, at), code);
}

export const forgedByBo = async (forgery: Forgery): Promise<Bytes> =>
  (await forgedCommit(of(1), bo.device, resolve, forgery)).frame;

export const removal = (person: Person): Proposal => ({
  proposalType: 'remove',
  remove: { removed: leaf(person) },
});

export const packaged = async (person: Person) =>
  ({
    proposalType: 'add',
    add: { keyPackage: (await packageOf(person, resolve)).open.mls },
  }) as const satisfies Proposal;
