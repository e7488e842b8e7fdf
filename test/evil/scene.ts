import type { DeviceId, Request, RoomId } from '@aurora/protocol';
import { orderCrypto } from '../simulation/quiet.ts';
import { type Person, World } from '../simulation/world.ts';
import { Line } from './meddling.ts';

const RUNS = Number(process.env.AURORA_SIMULATIONS ?? 1);
const SEED = Number(process.env.AURORA_SEED ?? 20_261_125);
/** Each stands for one course of everything that chance decides. */
export const seeds = Array.from({ length: RUNS }, (_, index) => SEED + index);

/** Somebody whose line to the relay is at the relay's mercy. */
export interface Victim {
  readonly person: Person;
  readonly line: Line;
}

/** Modules are loaded in real time, which a simulated world does not wait for: it happens here, before anything else. */
export async function prepare(): Promise<void> {
  orderCrypto();
  await import('@aurora/crypto/groups');
  const world = new World(1);
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  await ada.client.conversations.openDirect(bo.card);
}

/** A simulated world in which everybody met in the Lounge. */
export class Scene {
  readonly world: World;

  constructor(seed: number) {
    this.world = new World(seed);
  }

  /** These people enter one after the other. */
  async meet<const Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ [At in keyof Names]: Victim }> {
    const met: Victim[] = [];
    for (const name of names) met.push(await this.enters(name));
    return met as { [At in keyof Names]: Victim };
  }

  async enters(nickname: string): Promise<Victim> {
    const line = new Line();
    const person = await this.world.person(nickname, { meddler: line });
    await this.world.until(`${nickname} can be written to`, () =>
      line.askedFor('publish_key_packages').some(({ packages }) => packages.length > 0),
    );
    return { person, line };
  }

  /** Ada's conversation with Bo, who both have its keys. */
  async direct(ada: Victim, bo: Victim): Promise<RoomId> {
    const room = await ada.person.client.conversations.openDirect(bo.person.card);
    await this.areIn(room, ada, bo);
    return room;
  }

  /** A private room that the first of them made. */
  async room(ada: Victim, ...others: Victim[]): Promise<RoomId> {
    const cards = others.map(({ person }) => person.card);
    const room = await this.world.done(
      'the room is made',
      ada.person.client.conversations.create('Plans', 'none', cards),
    );
    await this.areIn(room, ada, ...others);
    return room;
  }

  areIn(room: RoomId, ...people: Victim[]): Promise<void> {
    return this.world.until('all have the keys', () =>
      people.every(({ person }) => person.standing(room) === 'ready'),
    );
  }

  /** Says something and waits until it stands in the log. */
  async says({ person }: Victim, text: string, room: RoomId): Promise<void> {
    await person.say(text, room);
    await this.world.until(`“${text}” stands in the log`, () => sent(person, text, room));
  }

  reads({ person }: Victim, text: string, room: RoomId): Promise<void> {
    return this.world.until(`${person.nickname} reads “${text}”`, () => person.textsIn(room).includes(text));
  }

  warns({ person }: Victim, code: string, room: RoomId): Promise<void> {
    return this.world.until(`${person.nickname} is warned: ${code}`, () =>
      [...person.warningsIn(room), person.view(room)?.warning?.code].includes(code),
    );
  }
}

/** What a device sent to a room, in whatever form. */
export function sentTo({ line }: Victim, room: RoomId): Request[] {
  return line.asked.filter(
    (request) =>
      ['commit', 'append', 'deliver'].includes(request.type) && 'room' in request && request.room === room,
  );
}

export function deviceOf({ person }: Victim): DeviceId {
  return person.client.device;
}

function sent(person: Person, text: string, room: RoomId): boolean {
  return person
    .messagesIn(room)
    .some((row) => row.text === text && !['pending', 'failed'].includes(row.delivery.status));
}
