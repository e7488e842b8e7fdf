import { LOUNGE } from '@aurora/protocol';
import { clock } from '../clock.ts';
import { Histogram } from '../measure/histogram.ts';
import { ServerProcess } from '../servers/server.ts';
import { Person } from './person.ts';

export interface Openings {
  /** From the wish to talk until one can. */
  readonly ready: Histogram;
  /** From the wish to talk until the other has read the first message. */
  readonly first: Histogram;
  /** From sending to reading: a later message there, and one in the Lounge. */
  readonly later: Histogram;
  readonly lounge: Histogram;
}

/** Each of a row of people opens a conversation with the next, one after another, all on a relay in a process of its own. */
export async function openConversations(count: number, tell: (words: string) => void): Promise<Openings> {
  const relay = new ServerProcess('aurora');
  const people: Person[] = [];
  const openings = {
    ready: new Histogram(),
    first: new Histogram(),
    later: new Histogram(),
    lounge: new Histogram(),
  };
  try {
    const port = await relay.start();
    for (let at = 0; at <= count + 1; at += 1) people.push(await Person.enters(port, `Guest ${at}`));
    // The first opening of all loads the code.
    tell(`${count} private conversations`);
    for (const [at, other] of people.slice(1).entries())
      await openWith(people[at], other, at === 0 ? null : openings);
    return openings;
  } finally {
    for (const person of people) person.stop();
    await relay.stop();
  }
}

async function openWith(ada: Person | undefined, other: Person, openings: Openings | null): Promise<void> {
  if (ada === undefined) throw new RangeError('nobody is there');
  const wished = clock();
  const room = await ada.client.conversations.openDirect(other.invitee);
  openings?.ready.add((await ada.until(() => ada.isIn(room))) - wished);
  await ada.say('first', room);
  openings?.first.add((await other.reads(room, 'first')) - wished);
  for (const [name, place] of [
    ['later', room],
    ['lounge', LOUNGE],
  ] as const) {
    const words = `${name} for ${other.invitee.nickname}`;
    const sent = clock();
    await ada.say(words, place);
    openings?.[name].add((await other.reads(place, words)) - sent);
  }
}
