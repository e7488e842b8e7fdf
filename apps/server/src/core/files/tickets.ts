import {
  type BlobId,
  type Bytes,
  type DeviceId,
  type IdentityId,
  limits,
  type RoomId,
  toHex,
} from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Settings } from '../settings.ts';

/** What somebody may do with one blob. */
export interface Ticket {
  readonly direction: 'up' | 'down';
  readonly blob: BlobId;
  readonly room: RoomId;
  readonly identity: IdentityId;
  readonly device: DeviceId;
}

interface Issued {
  readonly ticket: Ticket;
  readonly until: number;
}

/**
 * Tickets to files, in memory alone: whoever holds one has been let in by a session already, so that HTTP needs no other proof. They
 * outlive the session, since a file goes on when the socket is lost for a moment, and are bounded by device, so that reconnecting
 * buys nothing. SPEC [FL5].
 */
export class Tickets {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #life: number;
  /** By the ticket's bytes, oldest first. A lookup compares hashes of 256 random bits: its timing tells nothing. */
  readonly #issued = new Map<string, Issued>();
  readonly #ofIdentity = new Map<IdentityId, readonly string[]>();

  constructor({ clock, random }: { clock: Clock; random: Random }, { ticketLife }: Settings) {
    this.#clock = clock;
    this.#random = random;
    this.#life = ticketLife;
  }

  issue(ticket: Ticket): Bytes {
    const bytes = this.#random.bytes(limits.ticket);
    const key = toHex(bytes);
    const ofDevice = this.#of(ticket.identity).filter(
      (old) => this.#issued.get(old)?.ticket.device === ticket.device,
    );
    for (const old of ofDevice.slice(0, Math.max(0, ofDevice.length + 1 - limits.tickets))) this.#drop(old);
    this.#issued.set(key, { ticket, until: this.#clock.elapsed() + this.#life });
    this.#ofIdentity.set(ticket.identity, [...this.#of(ticket.identity), key]);
    return bytes;
  }

  /** Undefined when it was never given out, or does not stand any more. */
  find(bytes: Uint8Array): Ticket | undefined {
    const issued = this.#issued.get(toHex(bytes));
    return issued !== undefined && issued.until > this.#clock.elapsed() ? issued.ticket : undefined;
  }

  /** Ends those of an identity, all of them or those to a room. */
  revoke({ identity, room }: { identity: IdentityId; room?: RoomId }): void {
    for (const key of this.#of(identity)) {
      if (room === undefined || this.#issued.get(key)?.ticket.room === room) this.#drop(key);
    }
  }

  /** Forgets those whose time is over. */
  sweep(): void {
    const now = this.#clock.elapsed();
    for (const [key, { until }] of this.#issued) {
      if (until > now) return;
      this.#drop(key);
    }
  }

  #of(identity: IdentityId): readonly string[] {
    return this.#ofIdentity.get(identity) ?? [];
  }

  #drop(key: string): void {
    const identity = this.#issued.get(key)?.ticket.identity;
    this.#issued.delete(key);
    if (identity === undefined) return;
    const left = this.#of(identity).filter((other) => other !== key);
    if (left.length > 0) this.#ofIdentity.set(identity, left);
    else this.#ofIdentity.delete(identity);
  }
}
