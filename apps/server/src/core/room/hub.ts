import {
  type Entry,
  type Epoch,
  type EventOf,
  encodeBatch,
  type Head,
  limits,
  type Seq,
} from '@aurora/protocol';
import type { Ports } from '../../ports/ports.ts';
import { SharedMessage } from '../../ports/socket.ts';
import type { Session } from '../session/session.ts';
import { Telling } from './telling.ts';
import { batchesOf, emptyTick, isEmpty, type Signal, type View } from './tick.ts';

/** After a telling the room rests as long as the telling took, up to this, so that what comes meanwhile goes as one. */
const LONGEST_REST = 100;

/**
 * Tells a room's sessions what happens in it. Each tick is encoded and framed once, and the same bytes are written to
 * every session; only senders of signals or registers, which are not told their own, and readers that lag get others.
 *
 * Entries are told in order and without gaps, whatever order their appends came back in: an entry that is not the
 * next one sends the hub to the log, which is the truth.
 */
export class Hub {
  readonly #ports: Ports;
  readonly #live = new Set<Session>();
  #head: Head;
  #tick = emptyTick();
  #scheduled = false;
  #healing = false;
  #highest: number;

  constructor(ports: Ports, head: Head) {
    this.#ports = ports;
    this.#head = head;
    this.#highest = head.seq;
  }

  /** Where the room stands, as far as it has been told. */
  get head(): Head {
    return this.#head;
  }

  get size(): number {
    return this.#live.size;
  }

  get sessions(): Session[] {
    return [...this.#live];
  }

  /** From now on the session is told everything above the head. */
  add(session: Session): void {
    this.#flush();
    this.#live.add(session);
  }

  remove(session: Session): void {
    this.#live.delete(session);
  }

  /** An entry is durable. */
  entry(entry: Entry): void {
    if (entry.seq <= this.#head.seq) return;
    this.#highest = Math.max(this.#highest, entry.seq);
    if (this.#healing) return;
    if (entry.seq === this.#head.seq + 1) this.#take(entry);
    else void this.#heal();
  }

  /** An entry with this seq is in the log. */
  exists(seq: Seq): void {
    this.#highest = Math.max(this.#highest, seq);
    if (seq > this.#head.seq && !this.#healing) void this.#heal();
  }

  signal(signal: Signal): void {
    this.#tick.signals.push(signal);
    this.#schedule();
  }

  register(from: Session, event: EventOf<'register'>): void {
    this.#tick.registers.push({ from, event });
    this.#schedule();
  }

  /** Tells what waits, before somebody goes. */
  tellNow(): void {
    this.#flush();
  }

  /** Told apart from the tick: knocks are rare, and nobody's bytes are shared with them. */
  knocked(event: EventOf<'knocked'>): void {
    for (const session of this.#live) session.tell(event, event.knock.frame.length);
  }

  presence(event: EventOf<'presence'>): void {
    this.#tick.presence.push(event);
    this.#schedule();
  }

  #take(entry: Entry): void {
    const epoch = entry.kind === 'commit' ? ((entry.epoch + 1) as Epoch) : this.#head.epoch;
    this.#head = { ...this.#head, seq: entry.seq, epoch };
    this.#tick.entries.push(entry);
    this.#schedule();
  }

  /** Reads what it has not told. */
  async #heal(): Promise<void> {
    this.#healing = true;
    try {
      while (this.#head.seq < this.#highest) {
        const { room, seq } = this.#head;
        const page = await this.#ports.log.read({
          room,
          side: 'after',
          seq,
          limit: limits.page,
          handshakes: false,
          bytes: limits.batch,
        });
        if (page === undefined || page.entries.length === 0) break;
        for (const entry of page.entries) this.#take(entry);
      }
    } catch (error) {
      // The next entry, or a client that finds by its ping that it lags, tries again.
      this.#ports.observer.fault('reading entries to tell', error);
    } finally {
      this.#healing = false;
    }
  }

  #schedule(): void {
    if (this.#scheduled || isEmpty(this.#tick)) return;
    this.#scheduled = true;
    const { clock } = this.#ports;
    const rested = () => {
      this.#scheduled = false;
      this.#schedule();
    };
    clock.soon(() => {
      const start = clock.elapsed();
      try {
        this.#flush();
      } finally {
        const worked = Math.min(LONGEST_REST, clock.elapsed() - start);
        if (worked < 1) rested();
        else clock.after(worked, rested);
      }
    });
  }

  #flush(): void {
    if (isEmpty(this.#tick)) return;
    const tick = this.#tick;
    this.#tick = emptyTick();
    const encode = (view: View) =>
      batchesOf(this.#head.room, tick, view).map((batch) => new SharedMessage(encodeBatch(batch)));
    const all = new Telling(encode, tick.signals.length > 0);
    const registering = new Set(tick.registers.map(({ from }) => from));
    const signalling = new Set(tick.signals.map(({ sender }) => sender));
    const plain = registering.size + signalling.size === 0;
    for (const session of this.#live) {
      const device = plain ? undefined : session.account?.device;
      const own = device !== undefined && (registering.has(session) || signalling.has(device));
      session.share(own ? new Telling((view) => encode({ ...view, self: { session, device } }), true) : all);
    }
    for (const { bytes } of all.messages) this.#ports.observer.delivered(this.#live.size, bytes.length);
  }
}
