import { type DeviceId, limits, type RoomId } from '@aurora/protocol';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { DelayLine } from '../delay-line.ts';
import type { Session } from '../session/session.ts';
import type { Settings } from '../settings.ts';
import { covers, type EpochRanges, overlap } from './epoch-ranges.ts';
import { Holders } from './holders.ts';

interface KeyRequest {
  readonly session: Session;
  readonly device: DeviceId;
  readonly epochs: EpochRanges;
  /** The live holders that were told of it. */
  readonly told: Set<Session>;
  /** How many holders to tell: one at first; when it has not helped in time, two more; then now and then another. */
  wanted: number;
}

/** Holders told at first, and after the first wait. */
const FIRST = 1;
const MORE = 3;
/** Milliseconds after which yet another holder is told, and the most that are. */
const PATIENCE = 5_000;
const MOST = 16;

function isOpen({ told, wanted }: KeyRequest): boolean {
  return told.size < wanted;
}

/**
 * Introduces those who ask for a room's keys to those who hold them; it never sees a key. SPEC section 9.
 *
 * A request stands in `#requests` until its asker holds what it asked, replaces it or goes. `#act` alone decides who
 * is told of what: it tells every request that fewer holders were told of than it wants. The first newcomer after a
 * quiet while is told of at once; those that follow gather, and one holder is told of many, so that a storm of them
 * needs one `admit`.
 */
export class KeyDesk {
  readonly #room: RoomId;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #settings: Settings;
  readonly #holders = new Holders();
  readonly #requests = new Map<DeviceId, KeyRequest>();
  readonly #retries: DelayLine<KeyRequest>;
  readonly #later: DelayLine<KeyRequest>;
  #actedAt = Number.NEGATIVE_INFINITY;
  #cancel: Cancel | undefined;

  constructor(room: RoomId, ports: { clock: Clock; random: Random }, settings: Settings) {
    this.#room = room;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#settings = settings;
    this.#retries = new DelayLine(ports.clock, settings.keyRetry, (due) => this.#retry(due, MORE - FIRST));
    this.#later = new DelayLine(ports.clock, PATIENCE, (due) => this.#retry(due, 1));
  }

  /** Asks on behalf of a device, in place of what it asked before; answers how many hold any of the epochs. */
  request(session: Session, device: DeviceId, epochs: EpochRanges): number {
    this.#requests.delete(device);
    if (epochs.length === 0) return 0;
    this.#requests.set(device, { session, device, epochs, told: new Set(), wanted: FIRST });
    this.#schedule();
    return this.#holders.count(epochs);
  }

  /** A session can grant these epochs' keys. */
  hold(session: Session, device: DeviceId, epochs: EpochRanges): void {
    this.#holders.set(session, epochs);
    const own = this.#requests.get(device);
    if (own !== undefined && covers(epochs, own.epochs)) this.#requests.delete(device);
    if (epochs.length === 0) return;
    const open = [...this.#requests.values()].filter(
      (request) => isOpen(request) && this.#suits(session, request),
    );
    this.#tell(session, open);
  }

  left(session: Session): void {
    const held = this.#holders.has(session);
    this.#holders.remove(session);
    for (const request of this.#requests.values()) {
      if (request.session === session) this.#requests.delete(request.device);
      else if (held && request.told.delete(session) && request.told.size === 0) this.#schedule();
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#retries.stop();
    this.#later.stop();
  }

  #suits(holder: Session, { device, epochs, told }: KeyRequest): boolean {
    return (
      holder.account?.device !== device &&
      !told.has(holder) &&
      overlap(this.#holders.epochsOf(holder), epochs)
    );
  }

  #schedule(): void {
    if (this.#cancel !== undefined) return;
    const wait = Math.max(0, this.#actedAt + this.#settings.keyGather - this.#clock.elapsed());
    this.#cancel = this.#clock.after(Math.ceil(wait), () => {
      this.#cancel = undefined;
      if (this.#act()) this.#actedAt = this.#clock.elapsed();
    });
  }

  #retry(due: readonly KeyRequest[], more: number): void {
    for (const request of due) {
      if (this.#requests.get(request.device) !== request) continue;
      request.wanted += more;
      if (request.wanted < MOST) this.#later.push(request);
    }
    this.#act();
  }

  /** Whether anybody was told of anything. */
  #act(): boolean {
    let acted = false;
    let open = [...this.#requests.values()].filter(isOpen);
    for (let first = open[0]; first !== undefined; first = open[0]) {
      const asking = first;
      const holder = this.#holders.pick(asking.epochs, (one) => this.#suits(one, asking), this.#random);
      if (holder === undefined) open = open.slice(1);
      else {
        this.#tell(
          holder,
          open.filter((request) => this.#suits(holder, request)).slice(0, limits.keyRequests),
        );
        open = open.filter(isOpen);
        acted = true;
      }
    }
    return acted;
  }

  #tell(holder: Session, requests: readonly KeyRequest[]): void {
    for (let start = 0; start < requests.length; start += limits.keyRequests) {
      const some = requests.slice(start, start + limits.keyRequests);
      holder.tell({
        type: 'keys_requested',
        room: this.#room,
        requests: some.map(({ device, epochs }) => ({ device, epochs: epochs.map(([a, b]) => [a, b]) })),
      });
      for (const request of some) {
        if (request.told.size === 0 && request.wanted === FIRST) this.#retries.push(request);
        request.told.add(holder);
      }
    }
  }
}
