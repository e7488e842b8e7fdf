import { createDevice, type Device, type Member, verifyCredential } from '@aurora/crypto';
import {
  type Commit,
  commitChange,
  createGroup,
  createKeyPackage,
  type Group,
  joinGroup,
  type KeyPackage,
  type KeyPackageSecret,
  processCommit,
  type RoomRules,
  readKeyPackage,
  type Wish,
} from '@aurora/crypto/groups';
import type { DeviceId, Millis, RoomId } from '@aurora/protocol';
import type { Made, Mls } from './mls.ts';

interface Person {
  readonly device: Device;
  readonly member: Member;
}

interface Seat {
  readonly who: Person;
  readonly group: Group;
  /** Who made it what it is. */
  readonly by: Member;
}

interface Offer {
  readonly who: Person;
  readonly secret: KeyPackageSecret;
  readonly open: KeyPackage;
}

const room = 'ab'.repeat(16) as RoomId;
const now = Date.now() as Millis;

/** Private rooms as they are: hybrid keys, and all that our rules ask for. */
export function auroraMls(): Mls<Seat, Offer> {
  const people: Person[] = [];
  const members = new Map<DeviceId, Member>();
  const resolve = async () => members;

  async function person(number: number): Promise<Person> {
    const known = people[number];
    if (known !== undefined) return known;
    const device = await createDevice(`Guest ${number}`);
    const made = { device, member: await verifyCredential(device.credential) };
    people[number] = made;
    members.set(device.id, made.member);
    return made;
  }

  async function commit({ who, group }: Seat, wish: Pick<Wish, 'add' | 'remove'>): Promise<Made<Seat>> {
    const made: Commit = await commitChange({ group, device: who.device, now, resolve, ...wish });
    return {
      seat: { who, group: made.group, by: who.member },
      commit: made.frame,
      welcomes: made.welcomes.map(({ device, welcome }) => ({ device, welcome, groupInfo: made.groupInfo })),
      welcomeBytes: made.welcomes[0]?.welcome.length ?? 0,
      infoBytes: made.groupInfo.length,
    };
  }

  return {
    name: 'aurora',
    async create(number) {
      const who = await person(number);
      const rules: RoomRules = { kind: 'private', history: 'none', admins: [who.device.identity] };
      return {
        who,
        group: await createGroup({ room, device: who.device, rules, now }),
        by: who.member,
      };
    },
    async offer(number) {
      const who = await person(number);
      const secret = await createKeyPackage(who.device, { now, lastResort: false });
      return { who, secret, open: await readKeyPackage(secret.keyPackage, { now, resolve }) };
    },
    add: (seat, offers) => commit(seat, { add: offers.map(({ open }) => open) }),
    remove: async (seat, number) => commit(seat, { remove: [(await person(number)).device.id] }),
    renew: (seat) => commit(seat, {}),
    async process({ who, group }, { commit: frame, seat: { by: sender } }) {
      const received = { group, device: who.device, frame, sender, leaving: new Set<DeviceId>(), resolve };
      const after = (await processCommit(received)).group;
      if (after === null) throw new Error('removed');
      return { who, group: after, by: sender };
    },
    async join({ who, secret }, { welcomes, seat: { by } }) {
      const all = welcomes as readonly (Pick<Commit, 'groupInfo'> & Commit['welcomes'][number])[];
      const own = all.find(({ device }) => device === who.device.id);
      if (own === undefined) throw new Error('no welcome');
      const { welcome, groupInfo } = own;
      const { device } = who;
      const joined = await joinGroup({ room, device, welcome, groupInfo, secrets: [secret], resolve });
      return { who, group: joined.group, by };
    },
  };
}
