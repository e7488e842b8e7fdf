import {
  acceptKeys,
  applyHandshake,
  type EpochKey,
  emptyRoom,
  type HistoryPolicy,
  type Member,
  type OpenRoom,
} from '@aurora/crypto';
import {
  type Bytes,
  type DeviceId,
  type Entry,
  type EntryKind,
  type Epoch,
  type EpochRange,
  LOUNGE,
  type Millis,
  RequestError,
} from '@aurora/protocol';
import { Keys } from '../../src/core/room/open/keys.ts';
import { HandClock, START } from './clock.ts';
import { logOf } from './log-of.ts';
import type { Somebody } from './people.ts';

/** A log that several people read and write: what stands in it, stands in it for all. */
export class SharedLog {
  readonly entries: Entry[] = [];
  readonly #log = logOf();

  get epoch(): number {
    return this.entries.filter(({ kind }) => kind === 'commit').length;
  }

  /** Throws `stale_epoch` unless it names the current epoch. */
  append(kind: EntryKind, epoch: Epoch, sender: Somebody, frame: Bytes, at = START as Millis): void {
    if (epoch !== this.epoch) throw new RequestError('stale_epoch', 'The key changed.');
    this.entries.push({ ...this.#log.append(kind, epoch, sender.device, frame), at });
  }
}

/** Somebody who keeps a room's keys, with a record of what was done. */
export class Holder {
  readonly clock = new HandClock();
  readonly did: string[] = [];
  readonly granted: { to: DeviceId; frame: Bytes }[] = [];
  readonly troubles: unknown[] = [];
  /** Each throws once, instead of the relay's answer. */
  readonly refusals: (() => never)[] = [];
  open: OpenRoom = emptyRoom(LOUNGE);
  /** How many the relay says are there who hold keys. */
  holders = 0;
  fraction = 0;
  runsAgain = 0;
  announced: EpochKey | null = null;
  readonly keys: Keys;
  readonly #who: Somebody;
  readonly #log: SharedLog;
  readonly #people: ReadonlyMap<DeviceId, Member>;
  #read = 0;
  /** What stood in the log before somebody came is no sign of life. */
  #begun = false;

  constructor(who: Somebody, log: SharedLog, people: readonly Somebody[], history: HistoryPolicy = 'week') {
    this.#who = who;
    this.#log = log;
    this.#people = new Map(people.map(({ member }) => [member.id, member]));
    this.keys = new Keys({
      room: LOUNGE,
      device: who.device,
      history,
      now: () => this.clock.now(),
      after: (delay, call) => this.clock.after(delay, call),
      fraction: () => this.fraction,
      open: () => this.open,
      chain: () => null,
      members: async () => this.#people,
      append: (kind, epoch, frame) => this.#append(kind, epoch, frame),
      hold: async (epochs) => this.#ask(`hold ${words(epochs)}`),
      request: async (epochs) => {
        this.#ask(`request ${words(epochs)}`);
        return this.holders;
      },
      deliver: async (to, frame) => {
        this.#ask('grant');
        this.granted.push({ to, frame });
      },
      keepAnnounced: async (key) => {
        this.did.push(`keep ${key.epoch}`);
        this.announced = key;
      },
      again: () => {
        this.runsAgain += 1;
      },
      trouble: (error) => this.troubles.push(error),
    });
  }

  /** Reads what stands in the log, and decides. */
  async decide(): Promise<void> {
    await this.read();
    await this.keys.decide();
    await this.read();
  }

  async read(): Promise<void> {
    for (; this.#read < this.#log.entries.length; this.#read += 1) {
      const entry = this.#log.entries[this.#read];
      const sender = entry && this.#people.get(entry.sender);
      if (entry === undefined || sender === undefined || entry.kind === 'message') continue;
      this.open = (await applyHandshake(this.open, entry, sender)).state;
      if (this.#begun && sender.id !== this.#who.device.id) this.keys.sawLife();
    }
    this.#begun = true;
    if (this.announced !== null) this.open = (await acceptKeys(this.open, [this.announced])).state;
  }

  /** What was done since this was last asked. */
  news(): string[] {
    return this.did.splice(0);
  }

  #ask(what: string): void {
    this.did.push(what);
    this.refusals.shift()?.();
  }

  async #append(kind: EntryKind, epoch: Epoch, frame: Bytes): Promise<void> {
    this.#ask(`${kind} ${epoch}`);
    this.#log.append(kind, epoch, this.#who, frame, this.clock.now());
  }
}

function words(epochs: readonly EpochRange[]): string {
  return epochs.map(([first, last]) => `${first}-${last}`).join(',') || 'nothing';
}
