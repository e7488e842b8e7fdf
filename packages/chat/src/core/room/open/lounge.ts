import type { HistoryPolicy, OpenRoom } from '@aurora/crypto';
import type { Delivery, Head, Millis } from '@aurora/protocol';
import type { Chamber, Sort } from '../chamber.ts';
import type { Facet, Keeper, KeyNews } from '../keeper.ts';
import { takeGrant } from './grants.ts';
import { Keys } from './keys.ts';
import { openRing } from './ring.ts';

/** A room that anybody may come into: the Lounge. */
export function openSort(title: string, history: HistoryPolicy): Sort<OpenRoom> {
  return {
    tellsPresence: true,
    ring: openRing,
    keeper: (chamber) => new OpenKeeper(chamber, title, history),
    receipts: () => null,
  };
}

/** The keys of an open room. */
class OpenKeeper implements Keeper {
  readonly facet: Facet;
  readonly open = true;
  readonly #chamber: Chamber<OpenRoom>;
  readonly #keys: Keys;

  /** The Lounge keeps its name. */
  readonly mayArrange = false;

  constructor(chamber: Chamber<OpenRoom>, title: string, history: HistoryPolicy) {
    this.facet = { kind: 'open', title };
    this.#chamber = chamber;
    const { id: room, ports, log, newId, again, events } = chamber;
    const { clock, connection, members, device, random } = ports;
    this.#keys = new Keys({
      room,
      device,
      history,
      // The later of the two clocks gives away less: turning the relay's back does not widen the history policy.
      now: () => Math.max(connection.now(), clock.now()) as Millis,
      after: (delay, call) => clock.after(delay, call),
      fraction: () => random.fraction(),
      open: () => log.keys,
      chain: () => log.chain,
      members: (devices) => members.of(devices),
      append: async (kind, epoch, frame) => {
        await connection.call('append', { room, id: newId(), kind, epoch, frame, blobs: [] });
      },
      hold: async (epochs) => {
        await connection.call('hold_keys', { room, epochs: epochs.map(([first, last]) => [first, last]) });
      },
      request: async (epochs) => {
        const asked = epochs.map(([first, last]): [typeof first, typeof last] => [first, last]);
        return (await connection.call('request_keys', { room, epochs: asked })).holders;
      },
      deliver: async (to, frame) => {
        await connection.call('deliver', { room, device: to, frame });
      },
      keepAnnounced: (announced) => log.advance({ announced }),
      again,
      trouble: events.trouble,
    });
  }

  enter(): Promise<Head> {
    return this.#chamber.ports.connection.call('join', { room: this.#chamber.id });
  }

  decide(): Promise<void> {
    return this.#keys.decide();
  }

  lost(): void {
    this.#keys.lost();
  }

  sawLife(): void {
    this.#keys.sawLife();
  }

  aboutToSend(): boolean {
    return this.#keys.aboutToSend();
  }

  async heard(news: KeyNews): Promise<void> {
    if (news.type === 'keys_requested') this.#keys.asked(news.requests);
  }

  delivered(delivery: Delivery): Promise<void> {
    const { log, ports } = this.#chamber;
    return takeGrant(log, ports, delivery);
  }
}
