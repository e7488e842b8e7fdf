import { ContentKeys, type OpenRoom } from '@aurora/crypto';
import { type Delivery, LOUNGE } from '@aurora/protocol';
import { Connection } from '../../src/core/connection.ts';
import { Members } from '../../src/core/members.ts';
import { KnownIds } from '../../src/core/room/known-ids.ts';
import { RoomLog } from '../../src/core/room/log.ts';
import { takeGrant } from '../../src/core/room/open/grants.ts';
import { openRing } from '../../src/core/room/open/ring.ts';
import type { StoredRow } from '../../src/core/stored-rows.ts';
import { alwaysOnline, type Failure, memoryVault, type Vault } from '../../src/index.ts';
import { SetChance } from './chance.ts';
import type { HandClock } from './clock.ts';
import type { Somebody } from './people.ts';
import type { SmallRelay } from './relay.ts';
import { until } from './until.ts';

/** Somebody's reading of the log at a small relay. */
export class Reading {
  readonly added: StoredRow[] = [];
  readonly opened: StoredRow[] = [];
  readonly warnings: Failure[] = [];
  resets = 0;
  readonly vault: Vault;
  readonly log: RoomLog<OpenRoom>;
  readonly #who: Somebody;
  readonly #members: Members;
  readonly #connection: Connection;

  constructor(who: Somebody, relay: SmallRelay, clock: HandClock, vault: Vault) {
    this.vault = vault;
    this.#who = who;
    const ports = { clock, random: new SetChance(), sockets: relay.sockets(), network: alwaysOnline };
    const quiet = () => {};
    const events = { changed: quiet, live: quiet, news: quiet, heads: quiet, refused: quiet, lost: quiet };
    const connection = new Connection(ports, events);
    this.#connection = connection;
    const members = new Members(
      vault,
      async (devices) => (await connection.call('credentials', { devices })).credentials,
    );
    this.#members = members;
    const member = members.get.bind(members);
    const reader = {
      me: who.device.id,
      keys: new ContentKeys(),
      known: new KnownIds(),
      member,
      learn: async () => {},
    };
    this.log = new RoomLog(
      LOUNGE,
      openRing,
      { vault, connection, members, device: who.device, reader },
      {
        life: () => {},
        added: (rows) => this.added.push(...rows),
        opened: (rows) => this.opened.push(...rows),
        reset: async () => {
          this.resets += 1;
        },
        warned: (warning) => this.warnings.push(warning),
        beside: () => [],
      },
    );
    connection.start(who.device);
  }

  granted(delivery: Delivery): Promise<void> {
    return takeGrant(this.log, { device: this.#who.device, members: this.#members }, delivery);
  }

  get texts(): string[] {
    return this.added.map((row) => (row.type === 'message' ? row.text : row.type));
  }

  /** Connected, with what the vault kept. */
  static async of(
    who: Somebody,
    relay: SmallRelay,
    clock: HandClock,
    vault: Vault = memoryVault(),
  ): Promise<Reading> {
    const reading = new Reading(who, relay, clock, vault);
    await until(() => reading.#connection.isLive);
    await reading.log.load();
    return reading;
  }
}
