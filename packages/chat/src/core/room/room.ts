import {
  ContentKeys,
  CryptoError,
  type Device,
  type HistoryPolicy,
  openSignal,
  sealSignal,
} from '@aurora/crypto';
import {
  type Delivery,
  type Entry,
  type Event,
  type EventOf,
  type Head,
  type IdentityId,
  limits,
  type MessageId,
  type Millis,
  messageId,
  RequestError,
  type RoomId,
} from '@aurora/protocol';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Vault } from '../../ports/vault.ts';
import type {
  Change,
  ConversationView,
  Failure,
  PeopleView,
  Position,
  Row,
  RowPage,
} from '../../view/contract.ts';
import type { Connection } from '../connection.ts';
import { Disconnected } from '../failures.ts';
import type { Members } from '../members.ts';
import { Serial } from '../serial.ts';
import { putRow } from '../store.ts';
import { rowView } from '../stored-rows.ts';
import { Keys } from './keys.ts';
import { KnownIds } from './known-ids.ts';
import { RoomLog } from './log.ts';
import { Outbox } from './outbox.ts';
import { People } from './people.ts';
import { presenceRow } from './presence.ts';
import { Timeline } from './timeline.ts';
import { Typing } from './typing.ts';

export interface RoomPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly vault: Vault;
  readonly connection: Connection;
  readonly members: Members;
  readonly device: Device;
}

export interface RoomEvents {
  changed(change: Change): void;
  /** Something in `view` changed. */
  conversation(): void;
  /** Somebody else's message came in just now. */
  rang(): void;
  trouble(error: unknown): void;
}

/** How far a signal's clock may be from this one, both set by the relay's. */
const SIGNAL_LIVES = 30_000;

/** When to try again to come in after a refusal that does not say. */
const SYNC_AGAIN = 30_000;

/** One conversation: puts its log, keys, outbox, people and timeline together, and says what there is to see. */
export class Room {
  readonly id: RoomId;
  readonly #title: string;
  readonly #ports: RoomPorts;
  readonly #events: RoomEvents;
  readonly #contentKeys = new ContentKeys();
  readonly #serial = new Serial();
  readonly #log: RoomLog;
  readonly #keys: Keys;
  readonly #outbox: Outbox;
  readonly #timeline: Timeline;
  readonly #people: People;
  readonly #typing: Typing;
  /** Whether this session has joined and read up to the end. */
  #synced = false;
  #retry: Cancel = () => {};
  #warning: Failure | null = null;

  constructor(id: RoomId, title: string, history: HistoryPolicy, ports: RoomPorts, events: RoomEvents) {
    this.id = id;
    this.#title = title;
    this.#ports = ports;
    this.#events = events;
    this.#people = new People(ports.device.identity);
    this.#typing = new Typing(ports.clock, () =>
      events.changed({ type: 'typing', room: id, nicknames: this.typing }),
    );
    this.#log = this.#makeLog();
    this.#keys = this.#makeKeys(history);
    this.#outbox = this.#makeOutbox();
    this.#timeline = new Timeline(ports.vault, {
      room: id,
      pending: () => this.#outbox.rows,
      older: () => this.#serial.run(async () => this.#synced && (await this.#log.older())),
      hasOlder: () => this.#synced && (this.#log.progress?.from ?? 1) > 1,
    });
  }

  /** What the vault kept of this room. */
  async load(): Promise<void> {
    await this.#outbox.load();
    await this.#log.load();
    await this.#timeline.load(this.#log.progress?.readTo ?? [0, 0]);
  }

  get view(): ConversationView {
    return {
      room: this.id,
      kind: 'open',
      title: this.#title,
      unread: this.#timeline.unread,
      readTo: this.#timeline.readTo,
      keys: this.#log.currentKey === null ? 'waiting' : 'ready',
      warning: this.#warning,
    };
  }

  get people(): PeopleView {
    return this.#people.view;
  }

  get typing(): string[] {
    return this.#typing.nicknames;
  }

  /** Whether everything that was told has been worked through. */
  get settled(): boolean {
    return this.#serial.idle;
  }

  /** A session is open: joins, reads what was missed, and sends what waits. */
  live(): void {
    this.#run(async () => {
      try {
        await this.#sync();
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        // The line is open, so nothing else would set off another try.
        this.#retry = this.#ports.clock.after(error.retryAfter ?? SYNC_AGAIN, () => this.live());
        if (error.code !== 'rate_limited') throw error;
      }
    });
  }

  lost(): void {
    this.#synced = false;
    this.#retry();
    this.#keys.lost();
    this.#typing.clear();
  }

  /** Leaves off for good; resolves when nothing of it will touch the vault any more. */
  async close(): Promise<void> {
    this.lost();
    await this.#serial.run(async () => {});
    await this.#outbox.close();
  }

  /** Where the relay says the log stands: reads what a lost wake-up left out. */
  head(head: Head): void {
    this.#run(async () => {
      const progress = this.#log.progress;
      if (!this.#synced || progress === null) return;
      if (head.generation === progress.generation && head.seq <= progress.cursor) return;
      await this.#log.catchUp(head);
      await this.#act();
    });
  }

  heard(event: Extract<Event, { room: RoomId }>): void {
    this.#run(async () => {
      if (!this.#synced) return;
      switch (event.type) {
        case 'entries':
          return this.#entries(event.entries);
        case 'presence':
          return this.#presence(event);
        case 'signals':
          return this.#signals(event);
        case 'keys_requested':
          this.#keys.asked(event.requests);
          return this.#keys.decide();
        case 'register':
          // Registers carry receipts and titles of private rooms; an open room has none.
          return;
      }
    });
  }

  /** Something from the mailbox; afterwards it may be collected. */
  delivered(delivery: Delivery): Promise<void> {
    return this.#serial.run(async () => {
      await this.#log.granted(delivery);
      if (!this.#synced) return;
      await this.#log.anchor();
      await this.#act();
    });
  }

  async send(words: string): Promise<MessageId> {
    const id = this.#newId();
    this.#typing.sent();
    await this.#outbox.add(id, words);
    return id;
  }

  retry(id: string): Promise<void> {
    return this.#outbox.retry(id as MessageId);
  }

  discard(id: string): Promise<void> {
    return this.#outbox.discard(id as MessageId);
  }

  async tellTyping(typing: boolean): Promise<void> {
    const current = this.#log.currentKey;
    const { connection, device } = this.#ports;
    if (current === null || !connection.isLive || !this.#typing.shouldTell(typing)) return;
    const body = { type: 'typing', at: connection.now(), typing } as const;
    const frame = await sealSignal({ room: this.id, ...current, keys: this.#contentKeys, device, body });
    try {
      await connection.call('signal', { room: this.id, frame });
    } catch (error) {
      // Nobody needs to know that a keystroke was not told.
      if (!(error instanceof Disconnected || error instanceof RequestError)) throw error;
    }
  }

  page(side: 'latest' | 'before' | 'after', position: Position, limit: number): Promise<RowPage> {
    return this.#timeline.page(side, position, limit);
  }

  async search(search: string, after: IdentityId | null): Promise<PeopleView> {
    const { connection } = this.#ports;
    const page = await connection.call('people', { room: this.id, search, after, limit: limits.people });
    return this.#people.viewOf(page.people, page.count, page.more);
  }

  read(position: Position): Promise<void> {
    return this.#serial.run(async () => {
      if (!(await this.#timeline.read(position))) return;
      if (this.#log.progress !== null) await this.#log.advance({ readTo: [...this.#timeline.readTo] });
      this.#events.conversation();
    });
  }

  #makeLog(): RoomLog {
    const { vault, connection, members, device } = this.#ports;
    const reader = {
      me: device.id,
      keys: this.#contentKeys,
      known: new KnownIds(),
      member: (sender: Entry['sender']) => members.get(sender),
      learn: async (devices: readonly Entry['sender'][]) => {
        await members.of(devices);
      },
    };
    return new RoomLog(
      this.id,
      { vault, connection, members, device, reader },
      {
        added: (rows) => {
          this.#timeline.added(rows);
          this.#show(rows.map(rowView));
        },
        opened: (rows, removed) => this.#show(rows.map(rowView), removed),
        life: () => this.#keys.sawLife(),
        reset: async () => {
          await this.#timeline.load(this.#log.progress?.readTo ?? [0, 0]);
          this.#events.changed({ type: 'reset', room: this.id });
        },
        warned: (warning) => this.#warn(warning),
        beside: (rows) =>
          this.#outbox.logged(rows.flatMap((row) => (row.type === 'message' && row.mine ? [row.id] : []))),
      },
    );
  }

  #makeKeys(history: HistoryPolicy): Keys {
    const { clock, connection, members, device, random } = this.#ports;
    const room = this.id;
    return new Keys({
      room,
      device,
      history,
      // The later of the two clocks gives away less: turning the relay's back does not widen the history policy.
      now: () => Math.max(connection.now(), clock.now()) as Millis,
      after: (delay, call) => clock.after(delay, call),
      fraction: () => random.fraction(),
      open: () => this.#log.open,
      chain: () => this.#log.chain,
      members: (devices) => members.of(devices),
      append: async (kind, epoch, frame) => {
        await connection.call('append', { room, id: this.#newId(), kind, epoch, frame });
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
      keepAnnounced: (announced) => this.#log.advance({ announced }),
      again: () => this.#again(),
      trouble: this.#events.trouble,
    });
  }

  #makeOutbox(): Outbox {
    const { clock, connection, device, vault } = this.#ports;
    return new Outbox(vault, {
      room: this.id,
      device,
      nickname: device.credential.nickname,
      keys: this.#contentKeys,
      now: () => connection.now(),
      key: () => this.#log.currentKey,
      seen: () => this.#log.chain,
      append: async (epoch, id, frame) => {
        if (this.#keys.aboutToSend()) this.#again();
        return connection.call('append', { room: this.id, id, kind: 'message', epoch, frame });
      },
      rejoin: () => this.live(),
      after: (delay, call) => clock.after(delay, call),
      show: (row) => this.#show([row]),
      gone: (id) => this.#show([], [id]),
      trouble: this.#events.trouble,
    });
  }

  #run(task: () => Promise<void>): void {
    this.#serial.run(task).catch((error: unknown) => {
      // A broken line is no trouble: the next session reads on from the cursor.
      if (!(error instanceof Disconnected)) this.#events.trouble(error);
    });
  }

  #again(): void {
    this.#run(async () => {
      if (this.#synced) await this.#keys.decide();
    });
  }

  /** After anything that may have brought keys or entries. */
  async #act(): Promise<void> {
    await this.#keys.decide();
    this.#events.conversation();
    this.#outbox.flush();
  }

  #newId(): MessageId {
    return messageId(this.#ports.connection.now(), this.#ports.random.bytes(16));
  }

  #show(rows: Row[], removed: string[] = []): void {
    if (rows.length + removed.length > 0)
      this.#events.changed({ type: 'rows', room: this.id, rows, removed });
  }

  #warn(warning: Failure): void {
    if (this.#warning?.code === warning.code) return;
    this.#warning = warning;
    this.#events.changed({ type: 'toast', level: 'warning', failure: warning });
    this.#events.conversation();
  }

  async #sync(): Promise<void> {
    const { connection } = this.#ports;
    const room = this.id;
    await this.#log.catchUp(await connection.call('join', { room }));
    this.#synced = true;
    this.#people.told(
      await connection.call('people', { room, search: '', after: null, limit: limits.people }),
    );
    this.#events.changed({ type: 'people', room, people: this.people });
    await this.#act();
  }

  async #entries(entries: readonly Entry[]): Promise<void> {
    const { connection, device } = this.#ports;
    if (!(await this.#log.live(entries)))
      await this.#log.catchUp(await connection.call('join', { room: this.id }));
    const others = entries.filter(({ sender }) => sender !== device.id);
    for (const { sender, kind } of others) if (kind === 'message') this.#typing.over(sender);
    if (others.some(({ kind }) => kind === 'message')) this.#events.rang();
    await this.#act();
  }

  async #presence(event: EventOf<'presence'>): Promise<void> {
    this.#people.changed(event);
    this.#events.changed({ type: 'people', room: this.id, people: this.people });
    for (const { device } of event.left) this.#typing.over(device);
    const joined = this.#people.newlyCome(event.joined);
    const row = presenceRow(
      { ...event, joined },
      this.#ports.device.identity,
      this.#log.progress?.cursor ?? 0,
    );
    if (row === null) return;
    await this.#ports.vault.commit([putRow(this.id, row)]);
    this.#show([rowView(row)]);
  }

  async #signals({ signals }: EventOf<'signals'>): Promise<void> {
    const current = this.#log.currentKey;
    if (current === null) return;
    const members = await this.#ports.members.of(signals.map(({ sender }) => sender));
    for (const { sender: device, frame } of signals) {
      const sender = members.get(device);
      if (sender === undefined || device === this.#ports.device.id) continue;
      try {
        const body = await openSignal({ room: this.id, ...current, keys: this.#contentKeys, sender, frame });
        // The relay can repeat a signal within an epoch: an old one says nothing about now.
        const age = Math.abs(this.#ports.connection.now() - body.at);
        if (age < SIGNAL_LIVES) this.#typing.heard(device, sender.nickname, body.typing);
      } catch (error) {
        // A signal lives for seconds: one of another epoch, or a forged one, is simply not heard.
        if (!(error instanceof CryptoError)) throw error;
      }
    }
  }
}
