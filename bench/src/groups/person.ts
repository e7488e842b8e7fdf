import {
  alwaysOnline,
  Client,
  memoryVault,
  nodeSockets,
  type Row,
  systemClock,
  systemRandom,
  type Vault,
} from '@aurora/chat';
import { LOUNGE, type RoomId } from '@aurora/protocol';
import { clock } from '../clock.ts';

const PATIENCE = 120_000;
/** Key packages that a device leaves for others, with that of last resort. */
const PACKAGES = 9;

/** The real client, over a real socket; what it is told is looked at when it is told. */
export class Person {
  readonly client: Client;
  readonly #vault: Vault;
  readonly #texts = new Map<RoomId, Set<string>>();
  readonly #looks = new Set<() => void>();

  private constructor(port: number, vault: Vault) {
    this.#vault = vault;
    const sockets = nodeSockets(`ws://127.0.0.1:${port}/socket`, `http://127.0.0.1:${port}`);
    this.client = new Client(
      { vault, clock: systemClock, random: systemRandom, network: alwaysOnline, sockets },
      {},
      {
        changed: (change) => {
          if (change.type === 'rows') this.#take(change.room, change.rows);
          for (const look of this.#looks) look();
        },
        rang() {},
      },
    );
  }

  /** Somebody new, who can speak in the Lounge and be written to. */
  static async enters(port: number, nickname: string, vault: Vault = memoryVault()): Promise<Person> {
    const person = new Person(port, vault);
    await person.client.load();
    await person.client.enter(nickname);
    await person.until(() => person.client.rooms[0]?.view.keys === 'ready');
    while ((await person.#packages()) < PACKAGES) await new Promise((resolve) => setTimeout(resolve, 20));
    return person;
  }

  /** Whoever this vault is of. */
  static async returns(port: number, vault: Vault): Promise<Person> {
    const person = new Person(port, vault);
    await person.client.load();
    return person;
  }

  get invitee() {
    const { account, device } = this.client;
    if (account.status !== 'in') throw new Error('nobody is signed in');
    return { identity: account.identity, nickname: account.nickname, device };
  }

  /** What stands in the log of a room, as far as it was told: own messages too, once they are sent. */
  texts(room: RoomId): ReadonlySet<string> {
    return this.#of(room);
  }

  /** Whether this person can read and write there. */
  isIn(room: RoomId): boolean {
    const view = this.client.room(room).view;
    return view.kind === 'open' ? view.keys === 'ready' : view.standing.status === 'ready';
  }

  /** Waits until something holds, and gives the time. */
  until(holds: () => boolean): Promise<number> {
    if (holds()) return Promise.resolve(clock());
    return new Promise((resolve, reject) => {
      const look = () => {
        if (holds()) done(() => resolve(clock()));
      };
      const late = setTimeout(() => done(() => reject(new Error(`waited in vain for ${holds}`))), PATIENCE);
      const done = (settle: () => void) => {
        clearTimeout(late);
        this.#looks.delete(look);
        settle();
      };
      this.#looks.add(look);
    });
  }

  /** Waits until a text is read, and gives the time. */
  reads(room: RoomId, text: string): Promise<number> {
    return this.until(() => this.#texts.get(room)?.has(text) ?? false);
  }

  async say(text: string, room: RoomId = LOUNGE): Promise<void> {
    await this.client.send(room, text);
  }

  stop(): void {
    this.client.stop();
  }

  async #packages(): Promise<number> {
    return (await this.#vault.range('packages', { from: '', to: '~', limit: 99, newestFirst: false })).length;
  }

  #of(room: RoomId): Set<string> {
    const texts = this.#texts.get(room) ?? new Set<string>();
    this.#texts.set(room, texts);
    return texts;
  }

  #take(room: RoomId, rows: readonly Row[]): void {
    for (const row of rows) {
      if (row.kind !== 'message') continue;
      if (!row.mine || row.delivery.status !== 'pending') this.#of(room).add(row.text);
    }
  }
}
