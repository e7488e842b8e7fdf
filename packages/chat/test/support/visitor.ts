import { LOUNGE } from '@aurora/protocol';
import {
  type Change,
  Client,
  type Failure,
  type MessageRow,
  memoryVault,
  type Vault,
} from '../../src/index.ts';
import { SetChance } from './chance.ts';
import type { HandClock } from './clock.ts';
import { Wifi } from './network.ts';
import type { SmallRelay } from './relay.ts';
import { until } from './until.ts';

/** A whole client at a small relay, with what it told. */
export class Visitor {
  readonly changes: Change[] = [];
  readonly wifi = new Wifi();
  rings = 0;
  readonly vault: Vault;
  readonly client: Client;
  readonly #rows = new Map<string, MessageRow>();

  constructor(relay: SmallRelay, clock: HandClock, vault: Vault = memoryVault()) {
    this.vault = vault;
    const ports = { clock, vault, random: new SetChance(), sockets: relay.sockets(), network: this.wifi };
    this.client = new Client(
      ports,
      {},
      {
        changed: (change) => this.#changed(change),
        rang: () => {
          this.rings += 1;
        },
      },
    );
  }

  get texts(): string[] {
    return [...this.#rows.values()].map(({ text }) => text);
  }

  heard(text: string): MessageRow | undefined {
    return [...this.#rows.values()].find((row) => row.text === text);
  }

  row(id: string): MessageRow | undefined {
    return this.#rows.get(id);
  }

  get toasts(): Failure[] {
    return this.changes.flatMap((change) => (change.type === 'toast' ? [change.failure] : []));
  }

  /** Enters, and waits until the room can be read and written. */
  async enter(nickname: string): Promise<void> {
    await this.client.load();
    await this.client.enter(nickname);
    await this.ready();
  }

  async ready(): Promise<void> {
    await until(() => this.client.rooms[0]?.view.keys === 'ready');
  }

  async says(text: string): Promise<string> {
    const id = await this.client.send(LOUNGE, text);
    await until(() => this.#rows.get(id)?.delivery.status === 'sent');
    return id;
  }

  #changed(change: Change): void {
    this.changes.push(change);
    if (change.type !== 'rows') return;
    for (const row of change.rows) if (row.kind === 'message') this.#rows.set(row.id, row);
    for (const id of change.removed) this.#rows.delete(id);
  }
}

/** Everything that a vault holds. */
export async function contents(vault: Vault): Promise<unknown[]> {
  const everything = { from: '', to: '~', limit: 1_000, newestFirst: false };
  const kept = ['keys', 'account', 'credentials', 'rooms', 'rows', 'outbox', 'drafts'] as const;
  return (await Promise.all(kept.map((store) => vault.range(store, everything)))).flat();
}
