import { ContentKeys } from '@aurora/crypto';
import {
  type Bytes,
  type Epoch,
  type ErrorCode,
  LOUNGE,
  type MessageId,
  RequestError,
  type Seq,
} from '@aurora/protocol';
import { Disconnected } from '../../src/core/failures.ts';
import { Outbox } from '../../src/core/room/outbox.ts';
import type { MessageRow, Vault } from '../../src/index.ts';
import { HandClock } from './clock.ts';
import type { Somebody } from './people.ts';

interface Appended {
  readonly epoch: Epoch;
  readonly id: MessageId;
  readonly frame: Bytes;
}

/** Somebody's outbox, and a relay that takes what it is sent unless the next of `refusals` says otherwise. */
export class Desk {
  readonly clock = new HandClock();
  readonly appended: Appended[] = [];
  /** Each throws once, instead of the relay's answer. */
  readonly refusals: (() => never)[] = [];
  readonly troubles: unknown[] = [];
  readonly vault: Vault;
  readonly outbox: Outbox;
  key: { epoch: Epoch; key: Bytes } | null = null;
  rejoins = 0;
  drops = 0;
  mayArrange = true;
  mostAtOnce = 0;
  readonly #who: Somebody;
  readonly #rows = new Map<string, MessageRow>();
  #underWay = 0;

  constructor(who: Somebody, vault: Vault) {
    this.#who = who;
    this.vault = vault;
    this.newKey(1);
    this.outbox = new Outbox(vault, {
      room: LOUNGE,
      device: who.device,
      nickname: who.member.nickname,
      keys: new ContentKeys(),
      now: () => this.clock.now(),
      key: () => this.key,
      seen: () => null,
      allows: ({ type }) => type === 'text' || this.mayArrange,
      append: (epoch, id, frame) => this.#append({ epoch, id, frame }),
      rejoin: () => {
        this.rejoins += 1;
      },
      after: (delay, call) => this.clock.after(delay, call),
      transfer: () => ({ status: 'offered' }),
      show: (row) => this.#rows.set(row.id, row),
      gone: (id) => this.#rows.delete(id),
      dropped: () => {
        this.drops += 1;
      },
      trouble: (error) => this.troubles.push(error),
    });
  }

  newKey(epoch: number): void {
    this.key = { epoch: epoch as Epoch, key: new Uint8Array(32).fill(epoch) };
  }

  shown(id: string): MessageRow | undefined {
    return this.#rows.get(id);
  }

  kept(): Promise<unknown[]> {
    return this.vault.range('outbox', { from: '', to: '~', limit: 100, newestFirst: false });
  }

  refuses(code: ErrorCode, retryAfter?: number): () => never {
    return () => {
      throw new RequestError(code, `refused: ${code}`, { retryAfter });
    };
  }

  lostAnswer(): () => never {
    return () => {
      throw new Disconnected('the connection was lost before the answer');
    };
  }

  /** The same device after its program was ended and started again, still without the room's key. */
  async restarted(): Promise<Desk> {
    const later = new Desk(this.#who, this.vault);
    later.key = null;
    await later.outbox.load();
    return later;
  }

  async #append(entry: Appended): Promise<{ seq: Seq; at: ReturnType<HandClock['now']> }> {
    this.#underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
    await Promise.resolve();
    this.#underWay -= 1;
    this.appended.push(entry);
    this.refusals.shift()?.();
    return { seq: this.appended.length as Seq, at: this.clock.now() };
  }
}
