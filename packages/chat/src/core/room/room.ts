import {
  acceptKeys,
  ContentKeys,
  CryptoError,
  type Device,
  EMPTY_CHAIN,
  type EpochKey,
  emptyRoom,
  epochKey,
  type HistoryPolicy,
  openGrant,
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
  messageId,
  type RoomId,
  type Seq,
} from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';
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
import { putRow, readRows } from '../store.ts';
import { rowView, type StoredRow } from '../stored-rows.ts';
import { Chain, type Seen } from './chain.ts';
import { Keys } from './keys.ts';
import { Outbox } from './outbox.ts';
import { People } from './people.ts';
import { type Reader, readBackward, readForward } from './reader.ts';
import { loadState, type Progress, putState, type RoomState, widen } from './state.ts';
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

const skipped: Failure = {
  code: 'gap',
  message: 'The server left out a part of this room’s history. Aurora will ask again; reload if this stays.',
};

/** One conversation: reads its log, keeps its keys, sends what is written, and says what there is to see. */
export class Room {
  readonly id: RoomId;
  readonly #title: string;
  readonly #ports: RoomPorts;
  readonly #events: RoomEvents;
  readonly #serial = new Serial();
  readonly #keys: Keys;
  readonly #outbox: Outbox;
  readonly #timeline: Timeline;
  readonly #people: People;
  readonly #typing: Typing;
  readonly #reader: Reader;
  #state: RoomState | null = null;
  #chain = new Chain(null);
  #vouched: Seen | null = null;
  #synced = false;
  #warning: Failure | null = null;

  constructor(id: RoomId, title: string, history: HistoryPolicy, ports: RoomPorts, events: RoomEvents) {
    this.id = id;
    this.#title = title;
    this.#ports = ports;
    this.#events = events;
    const { clock, connection, device, members, vault } = ports;
    this.#reader = { me: device.id, keys: new ContentKeys(), member: (sender) => members.get(sender) };
    this.#people = new People(device.identity);
    this.#typing = new Typing(clock, () =>
      events.changed({ type: 'typing', room: id, nicknames: this.#typing.nicknames }),
    );
    this.#timeline = new Timeline(vault, {
      room: id,
      pending: () => this.#outbox.rows,
      older: () => this.#serial.run(() => this.#older()),
      hasOlder: () => this.#synced && (this.#state?.progress.from ?? 1) > 1,
    });
    this.#outbox = new Outbox(vault, {
      room: id,
      device,
      nickname: device.credential.nickname,
      keys: this.#reader.keys,
      now: () => connection.now(),
      key: () => this.#currentKey(),
      seen: () => this.#chain.latest,
      append: async (epoch, message, frame) => {
        if (this.#keys.aboutToSend()) this.#again();
        return connection.call('append', { room: id, id: message, kind: 'message', epoch, frame });
      },
      rejoin: () => this.live(),
      after: (delay, call) => clock.after(delay, call),
      show: (row) => this.#show([row]),
      gone: (message) => this.#show([], [message]),
      trouble: events.trouble,
    });
    this.#keys = new Keys({
      room: id,
      device,
      history,
      now: () => connection.now(),
      after: (delay, call) => clock.after(delay, call),
      open: () => this.#mustState().open,
      chain: () => this.#chain.latest,
      members: (devices) => members.of(devices),
      append: async (kind, epoch, frame) => {
        await connection.call('append', { room: id, id: this.#newId(), kind, epoch, frame });
      },
      hold: async (epochs) => {
        await connection.call('hold_keys', { room: id, epochs: epochs.map(([a, b]) => [a, b]) });
      },
      request: async (epochs) =>
        (await connection.call('request_keys', { room: id, epochs: epochs.map(([a, b]) => [a, b]) })).holders,
      deliver: async (to, frame) => {
        await connection.call('deliver', { room: id, device: to, frame });
      },
      keepAnnounced: (announced) => this.#advance({ announced }),
      again: () => this.#again(),
      trouble: events.trouble,
    });
  }

  /** What the vault kept of this room. */
  async load(): Promise<void> {
    const { vault } = this.#ports;
    await this.#outbox.load();
    this.#state = await loadState(vault, this.id);
    this.#chain = new Chain(this.#state?.progress.chain ?? null);
    await this.#timeline.load(this.#state?.progress.readTo ?? [0, 0]);
  }

  get view(): ConversationView {
    return {
      room: this.id,
      kind: 'open',
      title: this.#title,
      unread: this.#timeline.unread,
      readTo: this.#timeline.readTo,
      keys: this.#currentKey() === null ? 'waiting' : 'ready',
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
      await this.#sync();
      this.#outbox.flush();
    });
  }

  lost(): void {
    this.#synced = false;
    this.#keys.lost();
    this.#typing.clear();
  }

  /** Where the relay says the log stands: reads what a lost wake-up left out. */
  head(head: Head): void {
    this.#run(async () => {
      const progress = this.#state?.progress;
      if (!this.#synced || progress === undefined) return;
      if (head.generation !== progress.generation) await this.#sync();
      else if (head.seq > progress.cursor) await this.#catchUp();
    });
  }

  heard(event: Extract<Event, { room: RoomId }>): void {
    switch (event.type) {
      case 'entries':
        this.#run(() => this.#entries(event.entries));
        return;
      case 'presence':
        this.#run(() => this.#presence(event));
        return;
      case 'signals':
        this.#run(() => this.#signals(event));
        return;
      case 'keys_requested':
        this.#run(async () => {
          if (!this.#synced) return;
          this.#keys.asked(event.requests);
          await this.#keys.decide();
        });
        return;
      case 'register':
        // Registers carry receipts and titles of private rooms; an open room has none.
        return;
    }
  }

  /** Something from the mailbox; afterwards it may be collected. */
  delivered(delivery: Delivery): Promise<void> {
    return this.#serial.run(() => this.#grant(delivery));
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
    const current = this.#currentKey();
    const { connection, device } = this.#ports;
    if (current === null || !connection.isLive || !this.#typing.shouldTell(typing)) return;
    const body = { type: 'typing', at: connection.now(), typing } as const;
    const frame = await sealSignal({ room: this.id, ...current, keys: this.#reader.keys, device, body });
    await connection.call('signal', { room: this.id, frame });
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
      if (this.#state !== null) await this.#advance({ readTo: [...this.#timeline.readTo] });
      this.#events.conversation();
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

  #newId(): MessageId {
    return messageId(this.#ports.connection.now(), this.#ports.random.bytes(16));
  }

  #mustState(): RoomState {
    if (this.#state === null) throw new Error('the room was not begun');
    return this.#state;
  }

  #currentKey(): EpochKey | null {
    const open = this.#state?.open;
    const key = open && epochKey(open, open.epoch);
    return open && key ? { epoch: open.epoch, key } : null;
  }

  #show(rows: Row[], removed: string[] = []): void {
    if (rows.length + removed.length > 0)
      this.#events.changed({ type: 'rows', room: this.id, rows, removed });
  }

  async #advance(
    change: Partial<Progress>,
    rows: StoredRow[] = [],
    open = this.#mustState().open,
  ): Promise<void> {
    const before = this.#mustState();
    const after = { progress: { ...before.progress, ...change }, open };
    await this.#ports.vault.commit([
      ...rows.map((row) => putRow(this.id, row)),
      ...putState(this.id, before, after),
      ...this.#outbox.logged(rows.flatMap((row) => (row.type === 'message' && row.mine ? [row.id] : []))),
    ]);
    this.#state = after;
  }

  async #sync(): Promise<void> {
    const { connection } = this.#ports;
    const head = await connection.call('join', { room: this.id });
    if (this.#state !== null && this.#state.progress.generation !== head.generation) await this.#forget();
    if (this.#state === null) await this.#begin(head);
    await this.#catchUp();
    this.#synced = true;
    this.#people.told(
      await connection.call('people', { room: this.id, search: '', after: null, limit: limits.people }),
    );
    this.#events.changed({ type: 'people', room: this.id, people: this.people });
    await this.#keys.decide();
    this.#events.conversation();
  }

  /** The first time here: who is a member and which epochs there were; what was said is read when somebody looks. */
  async #begin(head: Head): Promise<void> {
    let open = emptyRoom(this.id);
    let after = 0 as Seq;
    for (let more = true; more; ) {
      const page = await this.#ports.connection.call('read', {
        room: this.id,
        side: 'after',
        seq: after,
        limit: limits.page,
        handshakes: true,
      });
      const entries = page.entries.filter(
        ({ seq, kind }) => seq > after && seq <= head.seq && kind !== 'message',
      );
      await this.#ports.members.of(entries.map(({ sender }) => sender));
      open = (await readForward(open, entries, this.#chain, this.#reader)).open;
      after = entries.at(-1)?.seq ?? head.seq;
      more = page.more && after < head.seq;
    }
    const { generation, seq } = head;
    const chain: Seen | null = seq === 0 ? [seq, EMPTY_CHAIN] : null;
    const progress: Progress = {
      generation,
      cursor: seq,
      from: (seq + 1) as Seq,
      chain,
      readTo: [seq, 0],
      sealed: null,
      announced: null,
      messages: 0,
    };
    this.#chain = new Chain(chain);
    this.#state = { progress, open };
    await this.#ports.vault.commit(putState(this.id, null, this.#state));
    await this.#timeline.load([seq, 0]);
    this.#events.changed({ type: 'reset', room: this.id });
  }

  /** The log is told anew, after a restore from a backup: what was read of the old telling proves nothing. */
  async #forget(): Promise<void> {
    const { vault } = this.#ports;
    for (;;) {
      const rows = await readRows(vault, this.id, 'after', [0, 0], limits.page);
      if (rows.length === 0) break;
      const drops = rows.map((row) => putRow(this.id, row));
      await vault.commit(drops.map(({ key }) => ({ drop: 'rows' as const, key })));
    }
    this.#state = null;
    this.#warning = {
      code: 'restored',
      message: 'The server was restored from a backup. The newest messages before that may be missing.',
    };
  }

  async #catchUp(): Promise<void> {
    for (let more = true; more; ) {
      const seq = this.#mustState().progress.cursor;
      const page = await this.#ports.connection.call('read', {
        room: this.id,
        side: 'after',
        seq,
        limit: limits.page,
        handshakes: false,
      });
      if (page.entries.length === 0 || !(await this.#apply(page.entries))) return;
      more = page.more;
    }
  }

  async #entries(entries: readonly Entry[]): Promise<void> {
    if (!this.#synced) return;
    const { cursor } = this.#mustState().progress;
    const fresh = entries.filter(({ seq }) => seq > cursor);
    const first = fresh[0];
    if (first === undefined) return;
    if (first.seq !== cursor + 1) await this.#catchUp();
    else if (await this.#apply(fresh)) this.#ringFor(fresh);
    await this.#keys.decide();
    this.#outbox.flush();
  }

  #ringFor(entries: readonly Entry[]): void {
    const { me } = this.#reader;
    if (entries.some(({ kind, sender }) => kind === 'message' && sender !== me)) this.#events.rang();
  }

  /** Reads the next entries of the log and keeps what they say; false when the relay left some out. */
  async #apply(entries: readonly Entry[]): Promise<boolean> {
    const before = this.#mustState();
    const whole = entries.every(({ seq }, index) => seq === before.progress.cursor + 1 + index);
    if (!whole) {
      this.#warn(skipped);
      return false;
    }
    await this.#ports.members.of(entries.map(({ sender }) => sender));
    const reading = await readForward(before.open, entries, this.#chain, this.#reader);
    const { announced } = before.progress;
    const settled = announced !== null && reading.open.epoch >= announced.epoch;
    const open = settled ? (await acceptKeys(reading.open, [announced])).state : reading.open;
    const cursor = entries.at(-1)?.seq ?? before.progress.cursor;
    const unopened = reading.rows.flatMap((row) => (row.type === 'sealed' ? [row.entry.seq] : []));
    await this.#advance(
      {
        cursor,
        chain: this.#chain.latest,
        sealed: widen(before.progress.sealed, unopened),
        announced: settled ? null : announced,
      },
      reading.rows,
      open,
    );
    this.#timeline.added(reading.rows);
    for (const { sender, kind } of entries) if (kind === 'message') this.#typing.over(sender);
    this.#show(reading.rows.map(rowView));
    if (reading.fork !== null) this.#warn(reading.fork);
    if (open !== before.open && unopened.length === 0 && settled) await this.#unseal();
    await this.#anchor();
    this.#events.conversation();
    return true;
  }

  #warn(warning: Failure): void {
    if (this.#warning?.code === warning.code) return;
    this.#warning = warning;
    this.#events.changed({ type: 'toast', level: 'warning', failure: warning });
    this.#events.conversation();
  }

  async #older(): Promise<boolean> {
    const { connection, members } = this.#ports;
    const progress = this.#state?.progress;
    if (!this.#synced || progress === undefined || progress.from <= 1 || !connection.isLive) return false;
    const page = await connection.call('read', {
      room: this.id,
      side: 'before',
      seq: progress.from,
      limit: limits.page,
      handshakes: false,
    });
    const whole = page.entries.every(({ seq }, index) => seq === progress.from - page.entries.length + index);
    if (page.entries.length === 0 || !whole) {
      this.#warn(skipped);
      return false;
    }
    await members.of(page.entries.map(({ sender }) => sender));
    const rows = await readBackward(this.#mustState().open, page.entries, this.#reader);
    const unopened = rows.flatMap((row) => (row.type === 'sealed' ? [row.entry.seq] : []));
    const from = page.entries[0]?.seq ?? progress.from;
    await this.#advance({ from, sealed: widen(progress.sealed, unopened) }, rows);
    return true;
  }

  async #grant(delivery: Delivery): Promise<void> {
    const { device, members } = this.#ports;
    const from = (await members.of([delivery.sender])).get(delivery.sender);
    if (from === undefined || this.#state === null) return;
    try {
      const { keys, chain } = await openGrant({ room: this.id, device, from, frame: delivery.frame });
      const { state: open, taken } = await acceptKeys(this.#state.open, keys);
      this.#vouched ??= chain && [chain.seq, chain.chain];
      if (taken.length > 0) {
        await this.#advance({}, [], open);
        await this.#unseal();
      }
      if (this.#synced) await this.#anchor();
    } catch (error) {
      // A grant that is none: whoever sent it gains nothing, and asking others goes on.
      if (!(error instanceof CryptoError)) throw error;
    }
    if (this.#synced) await this.#keys.decide();
    this.#events.conversation();
    this.#outbox.flush();
  }

  /** Opens rows whose key has come. */
  async #unseal(): Promise<void> {
    const stretch = this.#mustState().progress.sealed;
    if (stretch === null) return;
    const still: Seq[] = [];
    let after: Position = [stretch[0] - 1, Number.MAX_SAFE_INTEGER];
    for (;;) {
      const rows = await readRows(this.#ports.vault, this.id, 'after', after, limits.page);
      const last = rows.at(-1);
      if (last === undefined || rows[0] === undefined || rows[0].seq > stretch[1]) break;
      after = [last.seq, last.minor];
      const entries = rows.flatMap((row) => (row.type === 'sealed' ? [row.entry] : []));
      await this.#ports.members.of(entries.map(({ sender }) => sender));
      const opened = await readBackward(this.#mustState().open, entries, this.#reader);
      still.push(...opened.flatMap((row) => (row.type === 'sealed' ? [row.entry.seq] : [])));
      const changed = opened.filter(({ type }) => type !== 'sealed');
      await this.#advance({}, changed);
      this.#show(changed.map(rowView));
    }
    await this.#advance({ sealed: widen(null, still) });
  }

  /** Takes up the chain at a value that a granter vouched for, and follows it to the cursor. */
  async #anchor(): Promise<void> {
    const vouched = this.#vouched;
    const { cursor } = this.#mustState().progress;
    if (this.#chain.latest !== null || vouched === null || vouched[0] > cursor) return;
    const chain = new Chain(vouched);
    for (let at = vouched[0]; at < cursor; ) {
      const page = await this.#ports.connection.call('read', {
        room: this.id,
        side: 'after',
        seq: at,
        limit: limits.page,
        handshakes: false,
      });
      const entries = page.entries.filter(({ seq }) => seq <= cursor);
      for (const entry of entries) await chain.extend(entry);
      if (chain.latest === null || chain.latest[0] === at) return;
      at = chain.latest[0];
    }
    this.#chain = chain;
    await this.#advance({ chain: chain.latest });
  }

  async #presence(event: EventOf<'presence'>): Promise<void> {
    if (!this.#synced) return;
    this.#people.changed(event);
    this.#events.changed({ type: 'people', room: this.id, people: this.people });
    for (const { device } of event.left) this.#typing.over(device);
    const { identity } = this.#ports.device;
    const others = (people: EventOf<'presence'>['joined']) =>
      people.filter((person) => person.identity !== identity).map(({ nickname }) => nickname);
    const joined = others(event.joined);
    const left = others(event.left);
    const { joinedMore, leftMore, at } = event;
    if (joined.length + left.length + joinedMore + leftMore === 0) return;
    const { cursor } = this.#mustState().progress;
    const row: StoredRow = {
      type: 'presence',
      id: `presence-${at}-${joined[0] ?? left[0] ?? ''}`.slice(0, 64),
      seq: cursor,
      minor: at,
      at,
      joined,
      joinedMore,
      left,
      leftMore,
    };
    await this.#ports.vault.commit([putRow(this.id, row)]);
    this.#show([rowView(row)]);
  }

  async #signals({ signals }: EventOf<'signals'>): Promise<void> {
    const current = this.#currentKey();
    if (current === null || !this.#synced) return;
    const members = await this.#ports.members.of(signals.map(({ sender }) => sender));
    for (const { sender: device, frame } of signals) {
      const sender = members.get(device);
      if (sender === undefined || device === this.#reader.me) continue;
      try {
        const body = await openSignal({ room: this.id, ...current, keys: this.#reader.keys, sender, frame });
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
