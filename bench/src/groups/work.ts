import { clock } from '../clock.ts';
import { type Spread, spread } from '../measure/spread.ts';
import type { Made, Mls } from './mls.ts';

/** What is measured in a group, in the order of the table. */
export const works = [
  'create',
  'add all',
  'renew, young group',
  'add one',
  'join',
  'renew',
  'process a renewal',
  'remove one',
] as const;
export type Work = (typeof works)[number];

export interface Measured {
  readonly times: ReadonlyMap<Work, Spread>;
  /** Of the commits; and of what one newcomer is sent, and of the group's info with the tree. */
  readonly bytes: ReadonlyMap<Work, number>;
  readonly welcome: number;
  readonly info: number;
}

/** A founder who lets all others in with one commit, and then one who comes and goes, several times. */
export async function measureGroup<Seat, Offer>(
  mls: Mls<Seat, Offer>,
  members: number,
  turns: number,
): Promise<Measured> {
  const times = new Map<Work, number[]>(works.map((work) => [work, []]));
  const bytes = new Map<Work, number>();
  const timed = async <T>(work: Work, task: () => Promise<T>) => {
    const start = clock();
    const done = await task();
    times.get(work)?.push(clock() - start);
    return done;
  };
  const committed = async (work: Work, task: () => Promise<Made<Seat>>): Promise<Made<Seat>> => {
    const made = await timed(work, task);
    bytes.set(work, made.commit.length);
    return made;
  };

  let founder: Seat = await timed('create', () => mls.create(0));
  const others = Array.from({ length: members - 2 }, (_, index) => index + 1);
  if (others.length > 0) {
    const offers: Offer[] = [];
    for (const other of others) offers.push(await mls.offer(other));
    const built = await committed('add all', () => mls.add(founder, offers));
    founder = await grown(mls, built, offers, (renew) => committed('renew, young group', renew));
  }
  let welcome = 0;
  let info = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    const offer = await mls.offer(members - 1);
    const added = await committed('add one', () => mls.add(founder, [offer]));
    ({ welcomeBytes: welcome, infoBytes: info } = added);
    const newcomer = await timed('join', () => mls.join(offer, added));
    const renewed = await committed('renew', () => mls.renew(added.seat));
    await timed('process a renewal', () => mls.process(newcomer, renewed));
    founder = (await committed('remove one', () => mls.remove(renewed.seat, members - 1))).seat;
  }
  const taken = [...times].filter(([, values]) => values.length > 0);
  return { times: new Map(taken.map(([work, values]) => [work, spread(values)])), bytes, welcome, info };
}

/**
 * A young tree has no keys but its leaves', and each change is sealed to every one of them. One member of each half, quarter and so on beside
 * the founder changes its keys, which is what makes the founder's next change small.
 */
async function grown<Seat, Offer>(
  mls: Mls<Seat, Offer>,
  built: Made<Seat>,
  offers: readonly Offer[],
  young: (renew: () => Promise<Made<Seat>>) => Promise<Made<Seat>>,
): Promise<Seat> {
  await young(() => mls.renew(built.seat));
  let founder = built.seat;
  const commits: Made<Seat>[] = [];
  for (let leaf = 1; leaf <= offers.length; leaf *= 2) {
    const offer = offers[leaf - 1];
    if (offer === undefined) break;
    let seat: Seat = await mls.join(offer, built);
    for (const commit of commits) seat = await mls.process(seat, commit);
    const commit = await mls.renew(seat);
    founder = await mls.process(founder, commit);
    commits.push(commit);
  }
  return founder;
}
