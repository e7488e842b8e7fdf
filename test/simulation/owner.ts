import { memoryVault, type Vault } from '@aurora/chat';
import type { Bytes } from '@aurora/protocol';
import type { Meddler } from './network.ts';
import { Person, type World } from './world.ts';

type Line = 'whole' | 'deaf' | 'dead';

/** Somebody whose device loses its power and its network, and goes on from what it kept. */
export class Owner {
  readonly nickname: string;
  readonly faults: string[] = [];
  readonly #world: World;
  readonly #kept = memoryVault();
  readonly #meddler: Meddler;
  #line: Line = 'whole';
  #running: { readonly person: Person; kill(): void };

  constructor(nickname: string, world: World) {
    this.nickname = nickname;
    this.#world = world;
    this.#meddler = {
      down: (message) => this.#carry(message, ['whole']),
      up: (message) => this.#carry(message, ['whole', 'deaf']),
    };
    this.#running = this.#start();
  }

  get person(): Person {
    return this.#running.person;
  }

  async enter(): Promise<void> {
    const { client } = this.person;
    await client.load();
    await this.#world.done(`${this.nickname} entered`, client.enter(this.nickname));
  }

  /** The program ends in the middle of whatever it did. */
  async crash(): Promise<void> {
    this.#running.kill();
    this.faults.push(...this.person.faults);
    this.#running = this.#start();
    await this.person.client.load();
  }

  /** A deaf line loses what the relay answers, a dead one everything; a whole one comes with a new connection. */
  set line(line: Line) {
    if (line === 'whole' && this.#line !== 'whole') this.#world.network.cut(this.#meddler);
    this.#line = line;
  }

  #carry(message: Bytes, on: readonly Line[]): Bytes[] {
    return on.includes(this.#line) ? [message] : [];
  }

  #start(): { person: Person; kill(): void } {
    const { vault, kill } = mortal(this.#kept);
    const person = new Person(this.nickname, this.#world, vault, { meddler: this.#meddler });
    return {
      person,
      kill: () => {
        kill();
        person.client.stop();
      },
    };
  }
}

/** What a killed program asked of its vault is never answered, and never done. */
function mortal(kept: Vault): { vault: Vault; kill(): void } {
  let alive = true;
  const whileAlive =
    <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const outcome = alive ? await act(...args) : undefined;
      return alive ? (outcome as T) : new Promise(() => {});
    };
  const vault = {
    kept: kept.kept,
    read: whileAlive(kept.read),
    range: whileAlive(kept.range),
    commit: whileAlive(kept.commit),
    wipe: whileAlive(kept.wipe),
  };
  return {
    vault,
    kill: () => {
      alive = false;
    },
  };
}
