import { beforeAll, describe, expect, it } from 'vitest';
import { orderCrypto } from './quiet.ts';
import { type Person, World } from './world.ts';

const RUNS = Number(process.env.AURORA_SIMULATIONS ?? 12);
const SEED = Number(process.env.AURORA_SEED ?? 20_261_123);
const NAMES = ['Ada', 'Bo', 'Cleo', 'Dan'];

beforeAll(orderCrypto);

async function storm(world: World, people: Person[]): Promise<void> {
  const { random, network } = world;
  for (let act = 0; act < 40; act += 1) {
    network.weather.latency = 1 + random.below(400);
    network.weather.breaks = random.chance(0.5) ? 0.03 : 0;
    const at = random.below(people.length);
    const person = people[at];
    if (person === undefined) continue;
    const kind = random.below(10);
    if (kind < 6) await person.say(`${person.nickname} says ${person.said.length}`);
    else if (kind === 6) network.cutAll();
    else if (kind === 7) {
      world.crash();
      await world.pass(random.below(5_000));
      world.recover();
    } else if (kind === 8) people[at] = await world.restarted(person);
    await world.pass(random.below(2_000));
  }
}

function check(people: Person[]): void {
  const [first] = people;
  const order = first?.texts ?? [];
  for (const person of people) {
    expect(person.faults).toEqual([]);
    expect(person.rows.filter(({ kind }) => kind === 'warning')).toEqual([]);
    expect(person.messages.filter(({ delivery }) => delivery.status !== 'sent')).toEqual([]);
  }
  const everything = people.flatMap(({ said }) => said);
  expect([...order].sort()).toEqual([...everything].sort());
  for (const { said } of people) expect(order.filter((text) => said.includes(text))).toEqual(said);
}

describe('whatever the network and the relay’s power do', () => {
  const seeds = Array.from({ length: RUNS }, (_, index) => SEED + index);
  it.each(seeds)(
    'nothing said is lost, doubled or reordered (AURORA_SEED=%i AURORA_SIMULATIONS=1)',
    async (seed) => {
      const world = new World(seed);
      const people: Person[] = [];
      for (const name of NAMES) people.push(await world.person(name));
      await storm(world, people);

      world.recover();
      Object.assign(world.network.weather, { latency: 50, breaks: 0 });
      const total = people.reduce((sum, { said }) => sum + said.length, 0);
      await world.until('everybody has everything', () => {
        return people.every(({ client, messages }) => {
          const settled = messages.every(({ delivery }) => delivery.status === 'sent');
          return client.connection.status === 'connected' && settled;
        });
      });
      for (const person of people) await readAll(world, person);
      await world.until('everybody reads everything', () =>
        people.every(({ messages }) => messages.length >= total),
      );
      check(people);
    },
  );
});

/** A restarted device shows what it kept only when it is asked. */
async function readAll(world: World, person: Person): Promise<void> {
  await world.done(`${person.nickname} read the history`, person.readHistory());
}
