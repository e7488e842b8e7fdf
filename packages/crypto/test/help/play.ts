import { encodeCbor, fromHex, type IdentityId } from '@aurora/protocol';
import fc from 'fast-check';
import { leafIndexOf } from '../../src/group/group.ts';
import type { RoomRules } from '../../src/groups.ts';
import { splitCommit } from '../../src/groups.ts';
import { flip } from './flip.ts';
import { forgedCommit, sealingNonsense } from './forged-commit.ts';
import { privateOf } from './groups.ts';
import type { Person } from './people.ts';
import { type Player, World } from './world.ts';

const deeds = [
  'add',
  'addMany',
  'say',
  'update',
  'leave',
  'letGo',
  'remove',
  'readmit',
  'admins',
  'race',
  'crash',
  'slow',
  'absent',
  'swap',
  'garbage',
  'stale',
  'bent',
  'foreign',
  'usurp',
  'boast',
  'spoil',
] as const;
type Deed = (typeof deeds)[number];

/** One step of a story: who does what, to whom, and how exactly. */
export type Step = readonly [deed: Deed, by: number, to: number, how: number];

export const story = (longest: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.tuple(fc.constantFrom(...deeds), fc.nat(11), fc.nat(11), fc.nat(1023)), {
    minLength: 1,
    maxLength: longest,
    size: 'max',
  });

/** Plays a story and then lets everybody come together again. Throws whenever something is not as promised. */
export async function play(people: readonly Person[], steps: readonly Step[]): Promise<World> {
  const world = new World(people);
  const [founder, second] = world.players;
  if (founder === undefined || second === undefined) throw new RangeError('two at least');
  await world.found(founder, privateOf(founder.person));
  await world.change(founder, { add: [second] });
  for (const step of steps) await act(world, step);
  await settle(world);
  return world;
}

async function act(world: World, [deed, a, b, how]: Step): Promise<void> {
  const able = world.players.filter(({ follows }) => follows);
  const by = able[a % able.length];
  if (by === undefined) return;
  await world.sync(by, 1 + (how % 4));
  if (!by.follows) return;
  const inside = new Set(by.group.devices);
  const outside = world.players.filter(({ id }) => !inside.has(id));
  const others = world.players.filter((one) => inside.has(one.id) && one !== by);
  const newcomer = outside[b % outside.length];
  const to = others[b % others.length];
  const admin = by.group.rules.admins.includes(by.person.device.identity);
  switch (deed) {
    case 'add':
      if (newcomer) await world.change(by, { add: [newcomer] });
      break;
    case 'addMany':
      if (outside.length > 0) await world.change(by, { add: outside.slice(0, 1 + (how % 4)) });
      break;
    case 'say':
      await world.say(by, `${deed} ${how}`);
      break;
    case 'update':
      await world.change(by, {});
      break;
    case 'leave':
      await world.leave(by);
      break;
    case 'letGo':
      await letGo(world, by);
      break;
    case 'remove':
      if (to && (admin || by.state.leaving.includes(to.id))) await world.change(by, { remove: [to] });
      break;
    case 'readmit':
      if (to) await readmit(world, by, to);
      break;
    case 'swap':
      // Somebody goes and somebody comes, and with some luck somebody comes again, all in one.
      if (to && admin && newcomer) await swap(world, by, [to, newcomer], others[(b + 1) % others.length]);
      break;
    case 'admins':
      if (admin) await world.change(by, { rules: adminsOf(world, by, how) });
      break;
    case 'race':
      if (to) await race(world, by, to);
      break;
    case 'crash':
      await crash(world, by, newcomer, how);
      break;
    case 'slow':
      // The commit is on its way while others act.
      if (by.request === null) await world.plan(by, newcomer && how % 2 ? { add: [newcomer] } : {});
      break;
    case 'absent':
      // Comes back much later: whoever acts is read up to then, and this one is not.
      break;
    default:
      await attack(world, by, to ?? null, deed, how);
  }
}

async function letGo(world: World, by: Player): Promise<void> {
  const remove = world.players.filter(({ id }) => id !== by.id && by.state.leaving.includes(id));
  if (remove.length > 0) await world.change(by, { remove });
}

async function readmit(world: World, by: Player, to: Player): Promise<void> {
  // It lost its keys, and asked for it.
  to.excused = true;
  await world.change(by, { add: [to], remove: [to] });
}

async function swap(
  world: World,
  by: Player,
  [goes, comes]: [Player, Player],
  again?: Player,
): Promise<void> {
  const both = again !== undefined && again !== goes;
  if (both) again.excused = true;
  await world.change(by, {
    add: both ? [comes, again] : [comes],
    remove: both ? [again, goes] : [goes],
  });
}

async function race(world: World, one: Player, other: Player): Promise<void> {
  await world.sync(other);
  if (!other.follows) return;
  await world.plan(one, {});
  await world.plan(other, {});
  await world.send(other);
  if (await world.send(one)) throw new Error('two won one epoch');
  await world.sync(one);
  await world.sync(other);
}

/** Ends between any two steps of a change, and goes on from what was stored. */
async function crash(world: World, by: Player, newcomer: Player | undefined, how: number): Promise<void> {
  await world.plan(by, newcomer && how % 2 ? { add: [newcomer] } : {});
  if (how % 3 > 0) await world.send(by);
  by.state = structuredClone(by.state);
  by.request = structuredClone(by.request);
  if (how % 3 < 2) await world.send(by);
  await world.sync(by);
}

function adminsOf(world: World, by: Player, how: number): RoomRules {
  const inside = new Set(by.group.devices);
  const some = world.players.filter(({ id }, at) => inside.has(id) && (how >> at) & 1);
  const admins = new Set<IdentityId>([...some, by].map(({ person }) => person.device.identity));
  return { ...by.group.rules, admins: [...admins].sort() };
}

/** Commits that nobody should believe, or that fool some; their maker goes on as if it had not made them. */
async function attack(world: World, by: Player, to: Player | null, deed: Deed, how: number): Promise<void> {
  const { group } = by;
  const { device } = by.person;
  const post = async (message: Uint8Array<ArrayBuffer>): Promise<void> => {
    world.append(by, 'commit', world.epoch, (await splitCommit(message)).frame);
    await world.sync(by);
  };
  switch (deed) {
    case 'garbage':
      world.append(by, 'commit', world.epoch, encodeCbor([how]));
      break;
    case 'stale': {
      const old = world.log.findLast(({ entry }) => entry.kind === 'commit');
      if (old !== undefined) world.append(by, 'commit', world.epoch, old.entry.frame);
      break;
    }
    case 'bent': {
      const { frame } = await forgedCommit(group, device, world.resolve);
      await post(flip(frame, (how * 7) % (frame.length * 8)));
      break;
    }
    case 'foreign': {
      const state = (one: typeof group.mls) => ({
        ...one,
        groupContext: { ...one.groupContext, groupId: fromHex('00'.repeat(16)) },
      });
      await post((await forgedCommit(group, device, world.resolve, { state })).frame);
      break;
    }
    case 'usurp': {
      const removed = to === null ? undefined : leafIndexOf(group, to.id);
      const admin = group.rules.admins.includes(device.identity);
      if (removed === undefined || admin || (to && by.state.leaving.includes(to.id))) return;
      const proposals = [{ proposalType: 'remove', remove: { removed } }] as const;
      await post((await forgedCommit(group, device, world.resolve, { proposals })).frame);
      break;
    }
    case 'boast': {
      // Says that the group is further than it is.
      const epoch = group.mls.groupContext.epoch + 1n + BigInt(how % 3);
      const state = (one: typeof group.mls) => ({ ...one, groupContext: { ...one.groupContext, epoch } });
      await post((await forgedCommit(group, device, world.resolve, { state })).frame);
      break;
    }
    case 'spoil': {
      const suite = (one: Parameters<typeof sealingNonsense>[0]) =>
        sealingNonsense(one, (turn) => ((how >> (turn % 10)) & 1) === 1);
      await post((await forgedCommit(group, device, world.resolve, { suite })).frame);
      break;
    }
  }
  await world.sync(by);
}

/** Everybody reads everything; who was lied to is let in again; one change later all are of one mind. */
async function settle(world: World): Promise<void> {
  const everybody = async () => {
    for (const player of world.players) await world.sync(player);
  };
  await everybody();
  for (const player of world.players) if (player.request && player.follows) await world.send(player);
  await everybody();
  const holders = world.players.filter(({ state, left }) => state.group !== null && !left);
  const lead = holders.find(({ follows }) => follows) ?? holders[0];
  if (lead === undefined) return;
  // When all were fooled, one of them goes on from what they all have.
  lead.state = { ...lead.state, fate: 'in' };
  await world.change(lead, {});
  await everybody();
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await letGo(world, lead);
    for (const lost of world.players.filter(
      (one) => !one.left && !one.follows && lead.group.devices.includes(one.id),
    ))
      await readmit(world, lead, lost);
    await everybody();
  }
  await world.change(lead, {});
  await everybody();
  requirePeace(world, lead);
}

function requirePeace(world: World, lead: Player): void {
  const inside = new Set(lead.group.devices);
  const [newest] = lead.state.epochs.slice(-1);
  if (newest?.epoch !== world.epoch) throw new Error('the last change was not believed');
  const key = newest.key?.toString();
  for (const player of world.players) {
    const theirs = player.state.epochs.findLast(({ epoch }) => epoch === world.epoch)?.key?.toString();
    const isIn = inside.has(player.id) && !player.left;
    if (isIn && (!player.follows || theirs !== key))
      throw new Error(`${player.person.member.nickname} is lost`);
  }
  requireSecrecy(world);
}

/** Whoever was not in at an epoch never held its key; whoever was, and was not lied to, has it. */
function requireSecrecy({ known, players }: World): void {
  for (const [epoch, { key, devices }] of known) {
    const inside = devices.split(',');
    for (const player of players) {
      const held = player.keys.get(epoch);
      if (held !== undefined && held !== key) throw new Error(`epoch ${epoch} has two keys`);
      if (!inside.includes(player.id) && [...player.keys.values()].includes(key))
        throw new Error('somebody holds a key of an epoch that they were not in');
      if (inside.includes(player.id) && held === undefined && !player.excused && !player.left)
        throw new Error('somebody lacks a key of an epoch that they were in');
    }
  }
}
