import {
  type ContentKeys,
  CryptoError,
  type Device,
  type EpochKey,
  openSignal,
  sealSignal,
} from '@aurora/crypto';
import { type DeviceId, type EventOf, type IdentityId, RequestError, type RoomId } from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { Connection } from '../connection.ts';
import { Disconnected } from '../failures.ts';
import type { Members } from '../members.ts';
import { Typing } from './typing.ts';

/** How far a signal's clock may be from this one, both set by the relay's. */
const LIVES = 30_000;

export interface SignalsWay {
  readonly room: RoomId;
  readonly device: Device;
  readonly clock: Clock;
  readonly connection: Connection;
  readonly members: Members;
  readonly keys: ContentKeys;
  key(): EpochKey | null;
  /** Whether this person tells when it types, and is therefore told. */
  shares(): boolean;
  /** Whose typing is none of this person's business. */
  ignores(identity: IdentityId): boolean;
  changed(): void;
}

/** What is said in passing, sealed, to those who are here: who types. */
export class Signals {
  readonly #way: SignalsWay;
  readonly #typing: Typing;

  constructor(way: SignalsWay) {
    this.#way = way;
    this.#typing = new Typing(way.clock, () => way.changed());
  }

  get nicknames(): string[] {
    return this.#typing.nicknames;
  }

  /** Tells the others that this person types, or no longer does, as often as is worth it. */
  async tell(typing: boolean): Promise<void> {
    const { room, device, connection, keys } = this.#way;
    const current = this.#way.key();
    if (current === null || !connection.isLive || !this.#way.shares()) return;
    if (!this.#typing.shouldTell(typing)) return;
    const body = { type: 'typing', at: connection.now(), typing } as const;
    const frame = await sealSignal({ room, ...current, keys, device, body });
    try {
      await connection.call('signal', { room, frame });
    } catch (error) {
      // Nobody needs to know that a keystroke was not told.
      if (!(error instanceof Disconnected || error instanceof RequestError)) throw error;
    }
  }

  async heard({ signals }: EventOf<'signals'>): Promise<void> {
    const { room, device: me, members, keys, connection } = this.#way;
    const current = this.#way.key();
    if (current === null || !this.#way.shares()) return;
    const senders = await members.of(signals.map(({ sender }) => sender));
    for (const { sender: device, frame } of signals) {
      const sender = senders.get(device);
      if (sender === undefined || device === me.id || this.#way.ignores(sender.identity)) continue;
      try {
        const body = await openSignal({ room, ...current, keys, sender, frame });
        // The relay can repeat a signal within an epoch: an old one says nothing about now.
        const age = Math.abs(connection.now() - body.at);
        if (age < LIVES) this.#typing.heard(device, sender.nickname, body.typing);
      } catch (error) {
        // A signal lives for seconds: one of another epoch, or a forged one, is simply not heard.
        if (!(error instanceof CryptoError)) throw error;
      }
    }
  }

  /** A message came, or the person left: the dots have done their work. */
  over(device: DeviceId): void {
    this.#typing.over(device);
  }

  /** A message went out, which says that typing is over. */
  sent(): void {
    this.#typing.sent();
  }

  clear(): void {
    this.#typing.clear();
  }
}
