import { verify } from 'node:crypto';
import {
  type Change,
  Client,
  type ClientOptions,
  type ConversationView,
  type MessageRow,
  memoryVault,
  type Row,
  type Vault,
} from '@aurora/chat';
import { type DeviceId, type IdentityId, LOUNGE, type RoomId } from '@aurora/protocol';
import { createRelay, defaultSettings, memoryStorage, type Ports, type Relay } from '@aurora/server';
import { SimulatedClock } from './clock.ts';
import { type Meddler, ORIGIN, SimulatedNetwork } from './network.ts';
import { quiet } from './quiet.ts';
import { SeededRandom } from './random.ts';

/** In the future: the MLS library looks at the machine's own clock, and a key package must not have ended by it. */
const START = 2_500_000_000_000;
/** A client asked for more than this is not working, but spinning. */
const MOST_STEPS = 200_000;

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

const verifier: Ports['verifier'] = {
  verify: async (publicKey, message, signature) => {
    const key = { key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' } as const;
    return verify(null, message, key, signature);
  },
};

/** Somebody in the simulated world. */
export class Person {
  readonly nickname: string;
  readonly vault: Vault;
  readonly said: string[] = [];
  readonly faults: string[] = [];
  readonly #rows = new Map<RoomId, Map<string, Row>>();
  readonly client: Client;

  constructor(
    nickname: string,
    world: World,
    vault: Vault,
    options: ClientOptions & { readonly meddler?: Meddler | undefined },
  ) {
    this.nickname = nickname;
    this.vault = vault;
    const { clock, random, network } = world;
    this.client = new Client(
      { vault, clock, random, network: network.network, sockets: network.sockets(options.meddler) },
      options,
      { changed: (change) => this.#changed(change), rang() {} },
    );
  }

  rowsIn(room: RoomId): Row[] {
    return [...this.#of(room).values()].sort(
      (a, b) => a.position[0] - b.position[0] || a.position[1] - b.position[1],
    );
  }

  get rows(): Row[] {
    return this.rowsIn(LOUNGE);
  }

  messagesIn(room: RoomId): MessageRow[] {
    return this.rowsIn(room).flatMap((row) => (row.kind === 'message' ? [row] : []));
  }

  get messages(): MessageRow[] {
    return this.messagesIn(LOUNGE);
  }

  textsIn(room: RoomId): string[] {
    return this.messagesIn(room).map(({ text }) => text);
  }

  get texts(): string[] {
    return this.textsIn(LOUNGE);
  }

  warningsIn(room: RoomId): string[] {
    return this.rowsIn(room).flatMap((row) => (row.kind === 'warning' ? [row.failure.code] : []));
  }

  /** What one conversation looks like; undefined when there is none. */
  view(room: RoomId): ConversationView | undefined {
    const { client } = this;
    if (client.account.status !== 'in') return undefined;
    return client.conversations.views.find((view) => view.room === room);
  }

  standing(room: RoomId): string {
    const view = this.view(room);
    return view === undefined || view.kind === 'open' ? 'none' : view.standing.status;
  }

  /** As others see this person in the list of people. */
  get card(): { identity: IdentityId; nickname: string; device: DeviceId } {
    const { account, device } = this.client;
    if (account.status !== 'in') throw new Error(`${this.nickname} is not signed in`);
    return { identity: account.identity, nickname: this.nickname, device };
  }

  async say(text: string, room: RoomId = LOUNGE): Promise<void> {
    this.said.push(text);
    await this.client.send(room, text);
  }

  /** Reads the history from its start, as scrolling up would. */
  async readHistory(id: RoomId = LOUNGE): Promise<void> {
    const room = this.client.room(id);
    let page = await room.page('latest', [0, 0], 200);
    for (;;) {
      for (const row of page.rows) this.#of(id).set(row.id, row);
      const [first] = page.rows;
      if (!page.moreBefore || first === undefined) return;
      page = await room.page('before', first.position, 200);
    }
  }

  #of(room: RoomId): Map<string, Row> {
    const rows = this.#rows.get(room) ?? new Map<string, Row>();
    this.#rows.set(room, rows);
    return rows;
  }

  #changed(change: Change): void {
    if (change.type === 'toast' && change.level === 'error') this.faults.push(JSON.stringify(change.failure));
    if (change.type === 'reset') this.#of(change.room).clear();
    if (change.type !== 'rows') return;
    for (const row of change.rows) this.#of(change.room).set(row.id, row);
    for (const id of change.removed) this.#of(change.room).delete(id);
  }
}

/** Real clients and the real relay in one simulated moment after another, with the faults that a seed chose. */
export class World {
  readonly clock = new SimulatedClock(START);
  readonly random: SeededRandom;
  readonly network: SimulatedNetwork;
  readonly #storage = memoryStorage();
  #relay: Relay | null;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.#relay = this.#start();
    this.network = new SimulatedNetwork(this.clock, this.random, {
      accept: (socket) => this.#relay?.accept(socket, { address: '10.0.0.1', origin: ORIGIN }) ?? null,
    });
  }

  /** The relay's process ends without a goodbye; what it had made durable stays. */
  crash(): void {
    this.#relay = null;
    this.network.cutAll();
  }

  recover(): void {
    this.#relay ??= this.#start();
  }

  async person(
    nickname: string,
    options: ClientOptions & { readonly meddler?: Meddler } = {},
  ): Promise<Person> {
    const person = new Person(nickname, this, memoryVault(), options);
    await person.client.load();
    await this.done(`${nickname} entered`, person.client.enter(nickname));
    return person;
  }

  /** The same device after its program was ended and started again. */
  async restarted(person: Person, meddler?: Meddler): Promise<Person> {
    person.client.stop();
    const again = new Person(person.nickname, this, person.vault, { meddler });
    again.said.push(...person.said);
    await again.client.load();
    return again;
  }

  /** Lets so many milliseconds pass. */
  async pass(duration: number): Promise<void> {
    const end = this.clock.elapsed() + duration;
    await quiet();
    for (let steps = 0; this.clock.step(end); steps += 1) {
      await quiet();
      if (steps > MOST_STEPS) throw new Error('the simulated world spins');
    }
  }

  /** Lets time pass until somebody's work is done; gives its outcome. */
  async done<T>(what: string, work: Promise<T>, patience = 120_000): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    await this.until(what, () => over, patience);
    return work;
  }

  /** Lets time pass until a condition holds. */
  async until(what: string, condition: () => boolean, patience = 120_000): Promise<void> {
    const end = this.clock.elapsed() + patience;
    while (!condition()) {
      if (this.clock.elapsed() >= end) throw new Error(`waited in vain until ${what}`);
      await this.pass(100);
    }
  }

  #start(): Relay {
    return createRelay(
      { ...this.#storage, clock: this.clock, random: this.random, verifier, observer: silent },
      defaultSettings,
    );
  }
}

const silent: Ports['observer'] = {
  sessions() {},
  appended() {},
  delivered() {},
  refused() {},
  ended() {},
  fault(doing, error) {
    throw new Error(`the relay failed at ${doing}`, { cause: error });
  },
};
