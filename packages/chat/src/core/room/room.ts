import { ContentKeys, type FileDescriptor } from '@aurora/crypto';
import {
  type Delivery,
  type Entry,
  type EventOf,
  type Head,
  type IdentityId,
  limits,
  type MessageId,
  messageId,
  RequestError,
  type RoomId,
} from '@aurora/protocol';
import type { Cancel } from '../../ports/clock.ts';
import type { VaultChange } from '../../ports/vault.ts';
import {
  type ConversationView,
  type Failure,
  type FilePlace,
  type FileView,
  type MessageRow,
  PENDING_SEQ,
  type PeopleView,
  type Position,
  type Row,
  type RowPage,
} from '../../view/contract.ts';
import { Disconnected } from '../failures.ts';
import type { HeldWords, SentWords } from '../files/held-words.ts';
import { Serial } from '../serial.ts';
import { dropRoom, putRow, readRows } from '../store.ts';
import { rowKey, rowView, type StoredRow, storedRowShape } from '../stored-rows.ts';
import type { Chamber, RoomEvents, RoomPorts, Sort } from './chamber.ts';
import type { Keeper, RoomNews } from './keeper.ts';
import { KnownIds } from './known-ids.ts';
import { RoomLog } from './log.ts';
import type { Outbox } from './outbox.ts';
import { outboxOf, signalsOf } from './parts.ts';
import { People } from './people.ts';
import { presenceRow } from './presence.ts';
import type { Receipts } from './receipts.ts';
import type { Keyed, Ring } from './ring.ts';
import type { Signals } from './signals.ts';
import { Timeline } from './timeline.ts';

/** When to try again to come in after a refusal that does not say. */
const SYNC_AGAIN = 30_000;

/** One conversation: puts its log, keys, outbox, people and timeline together, and says what there is to see. */
export class Room<S extends Keyed = Keyed> {
  readonly id: RoomId;
  readonly #ports: RoomPorts;
  readonly #events: RoomEvents;
  readonly #contentKeys = new ContentKeys();
  readonly #serial = new Serial();
  readonly #log: RoomLog<S>;
  readonly #keeper: Keeper;
  readonly #receipts: Receipts | null;
  readonly #outbox: Outbox;
  readonly #timeline: Timeline;
  readonly #people: People;
  readonly #signals: Signals;
  readonly #tellsPresence: boolean;
  /** Whether this session has joined and read up to the end. */
  #synced = false;
  #retry: Cancel = () => {};
  #warning: Failure | null = null;
  #shown = true;

  constructor(id: RoomId, sort: Sort<S>, ports: RoomPorts, events: RoomEvents) {
    this.id = id;
    this.#ports = ports;
    this.#events = events;
    this.#tellsPresence = sort.tellsPresence;
    this.#people = new People(ports.device.identity);
    this.#log = this.#makeLog(sort.ring);
    const chamber = this.#chamber();
    this.#keeper = sort.keeper(chamber);
    this.#receipts = sort.receipts(chamber);
    this.#signals = signalsOf(chamber, () =>
      this.#events.changed({ type: 'typing', room: id, nicknames: this.typing }),
    );
    this.#outbox = outboxOf(chamber, this.#keeper, {
      rejoin: () => this.live(),
      show: (rows, removed) => this.#show(rows, removed),
    });
    this.#timeline = new Timeline(ports.vault, {
      room: id,
      view: (row) => this.#view(row),
      hidden: (row) => this.#hidden(row),
      pending: () => this.#outbox.rows,
      older: () => this.#serial.run(async () => this.#synced && (await this.#log.older())),
      hasOlder: () => this.#synced && (this.#log.progress?.from ?? 1) > 1,
    });
  }

  /** What the vault kept of this room. */
  async load(): Promise<void> {
    await this.#outbox.load();
    await this.#log.load();
    await this.#receipts?.load();
    await this.#timeline.load(this.#log.progress?.readTo ?? [0, 0]);
  }

  get view(): ConversationView {
    return {
      room: this.id,
      unread: this.#timeline.unread,
      readTo: this.#timeline.readTo,
      keys: this.#log.currentKey === null ? 'waiting' : 'ready',
      warning: this.#warning,
      shown: this.#shown,
      ...this.#keeper.facet,
    };
  }

  /** Whether it has a tab. */
  get shown(): boolean {
    return this.#shown;
  }
  set shown(shown: boolean) {
    this.#shown = shown;
  }

  get people(): PeopleView {
    return this.#people.view;
  }

  get typing(): string[] {
    return this.#signals.nicknames;
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
        this.#retry();
        this.#retry = this.#ports.clock.after(error.retryAfter ?? SYNC_AGAIN, () => this.live());
        // Whoever was removed while coming in hears so at the next try.
        if (error.code !== 'rate_limited' && error.code !== 'not_a_member') throw error;
      }
    });
  }

  lost(): void {
    this.#synced = false;
    this.#retry();
    this.#keeper.lost();
    this.#people.lineBroke();
    this.#signals.clear();
  }

  /** Leaves off for good; resolves when nothing of it will touch the vault any more. */
  async close(): Promise<void> {
    this.lost();
    await this.#serial.run(async () => {});
    await this.#outbox.close();
  }

  /** Forgets all that the vault has of this room; it must be closed. */
  async forget(): Promise<void> {
    await this.#outbox.forget();
    await this.#events.forgotten();
    await dropRoom(this.#ports.vault, this.id);
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

  heard(news: RoomNews): void {
    this.#run(async () => {
      if (!this.#synced) return;
      switch (news.type) {
        case 'entries':
          return this.#entries(news.entries);
        case 'presence':
          return this.#presence(news);
        case 'signals':
          return this.#signals.heard(news);
        case 'keys_requested':
        case 'knocked':
          await this.#keeper.heard(news);
          return this.#keeper.decide();
        case 'register':
          await this.#receipts?.heard(news);
          return;
        case 'removed':
          // Coming in again tells for certain; what follows in the log is not for this device.
          this.#synced = false;
          this.#people.told({ count: 0, people: [], more: false });
          return this.live();
      }
    });
  }

  /** Something from the mailbox; afterwards it may be collected. */
  delivered(delivery: Delivery): Promise<void> {
    return this.#serial.run(async () => {
      await this.#keeper.delivered(delivery);
      if (!this.#synced) return;
      await this.#log.anchor();
      await this.#act();
    });
  }

  async send(words: string): Promise<MessageId> {
    const id = this.#newId();
    this.#signals.sent();
    await this.#outbox.add(id, { type: 'text', text: words });
    return id;
  }

  /** Shows a message that is sent once its files are at the relay; `prepare` is given its id, and begins with them. */
  async hold(words: string, prepare: (id: MessageId) => Promise<HeldWords['files']>): Promise<MessageId> {
    const id = this.#newId();
    this.#signals.sent();
    await this.#outbox.add(id, { type: 'held', text: words, files: await prepare(id) });
    return id;
  }

  /** The message that waits for its files; null when none does. */
  held(id: MessageId): HeldWords | null {
    return this.#outbox.held(id);
  }

  /** Whether a message is not in the log yet. */
  waits(id: MessageId): boolean {
    return this.#outbox.has(id);
  }

  /** A held message waits for less, or is sent; or, for null, is dropped. */
  amend(id: MessageId, words: HeldWords | SentWords | null): Promise<void> {
    return this.#outbox.amend(id, words);
  }

  /** What a message in the log says of one of its files; null when there is no such one. */
  async fileAt({ id, position, blob }: FilePlace): Promise<FileDescriptor | null> {
    const kept = await this.#ports.vault.read('rows', rowKey(this.id, position));
    if (kept === undefined) return null;
    const row = storedRowShape.fromWire(kept);
    if (row.type !== 'message' || row.id !== id) return null;
    return row.files.find((file) => file.blob === blob) ?? null;
  }

  /** Whether this person said something here lately. */
  async spoke(): Promise<boolean> {
    const rows = await readRows(this.#ports.vault, this.id, 'before', [PENDING_SEQ, 0], limits.page);
    return rows.some((row) => row.type === 'message' && row.mine);
  }

  retry(id: string): Promise<void> {
    return this.#outbox.retry(id as MessageId);
  }

  /** Whether there was a failed message to drop. */
  discard(id: string): Promise<boolean> {
    return this.#outbox.discard(id as MessageId);
  }

  tellTyping(typing: boolean): Promise<void> {
    return this.#signals.tell(typing);
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
      this.#receipts?.saw(this.#timeline.readTo[0]);
      this.#events.conversation();
    });
  }

  /** What is shown of others has changed, such as whom this person blocked: pages are to be read again. */
  async refresh(): Promise<void> {
    await this.#serial.run(() => this.#timeline.load(this.#timeline.readTo));
    this.#signals.clear();
    this.#events.changed({ type: 'reset', room: this.id });
    this.#events.conversation();
  }

  #view(row: StoredRow): Row {
    const view = rowView(row);
    if (view.kind !== 'message') return view;
    const whole = view.files.length === 0 ? view : { ...view, files: this.#standing(view) };
    if (this.#receipts === null || !view.mine) return whole;
    return { ...whole, delivery: { status: this.#receipts.statusOf(row.seq) } };
  }

  /** A message's files as they stand on this device. */
  #standing({ id, files }: MessageRow): FileView[] {
    return files.map((file) => ({
      ...file,
      transfer: this.#ports.board.get({ room: this.id, id, blob: file.blob }),
    }));
  }

  #hidden(row: StoredRow): boolean {
    return row.type === 'message' && !row.mine && this.#ports.blocked(row.identity);
  }

  #makeLog(ring: Ring<S>): RoomLog<S> {
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
      ring,
      { vault, connection, members, device, reader },
      {
        added: (rows) => {
          this.#timeline.added(rows);
          this.#tellFiles(rows);
          this.#showRows(rows);
        },
        opened: (rows, removed) => this.#showRows(rows, removed),
        life: () => this.#keeper.sawLife(),
        reset: async () => {
          await this.#timeline.load(this.#log.progress?.readTo ?? [0, 0]);
          this.#events.changed({ type: 'reset', room: this.id });
        },
        warned: (warning) => this.#warn(warning),
        beside: (rows): VaultChange[] => this.#outbox.logged(rows.map(({ id }) => id)),
      },
    );
  }

  #chamber(): Chamber<S> {
    return {
      id: this.id,
      ports: this.#ports,
      events: this.#events,
      log: this.#log,
      contentKeys: this.#contentKeys,
      newId: () => this.#newId(),
      run: (task) => this.#run(task),
      turn: (task) => this.#serial.run(task),
      isPresent: (identity) => this.#people.has(identity),
      again: () => this.#again(),
      say: (words) => this.#outbox.add(this.#newId(), words),
      unsendable: (failure) => this.#outbox.fail(failure),
      refresh: (rows) => this.#showRows(rows),
      rejoin: () => this.live(),
    };
  }

  #run(task: () => Promise<void>): void {
    this.#serial.run(task).catch((error: unknown) => {
      // A broken line is no trouble: the next session reads on from the cursor.
      if (!(error instanceof Disconnected)) this.#events.trouble(error);
    });
  }

  #again(): void {
    this.#run(async () => {
      if (!this.#synced) return;
      await this.#keeper.decide();
      this.#outbox.flush();
    });
  }

  /** After anything that may have brought keys or entries. */
  async #act(): Promise<void> {
    await this.#keeper.decide();
    this.#events.conversation();
    this.#outbox.flush();
  }

  #newId(): MessageId {
    return messageId(this.#ports.connection.now(), this.#ports.random.bytes(16));
  }

  #showRows(rows: readonly StoredRow[], removed: string[] = []): void {
    if (rows.some(({ type }) => type === 'change')) this.#events.changed({ type: 'panel', room: this.id });
    const visible = rows.filter((row) => !this.#hidden(row));
    this.#show(
      visible.map((row) => this.#view(row)),
      removed,
    );
  }

  #show(rows: Row[], removed: string[] = []): void {
    if (rows.length + removed.length > 0)
      this.#events.changed({ type: 'rows', room: this.id, rows, removed });
  }

  #tellFiles(rows: readonly StoredRow[]): void {
    const withFiles = rows.filter((row) => row.type === 'message' && row.files.length > 0);
    if (withFiles.length === 0) return;
    const mine = withFiles.filter((row) => row.type === 'message' && row.mine);
    if (mine.length > 0) this.#events.sent(mine.map(({ id }) => id));
    const others = withFiles.filter((row) => !mine.includes(row) && !this.#hidden(row));
    const views = others.map((row) => this.#view(row)).filter((view) => view.kind === 'message');
    if (views.length > 0) this.#events.brought(views);
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
    const head = await this.#keeper.enter();
    if (head === null) return;
    await this.#log.catchUp(head);
    this.#synced = true;
    this.#people.told(
      await connection.call('people', { room, search: '', after: null, limit: limits.people }),
    );
    this.#events.changed({ type: 'people', room, people: this.people });
    await this.#receipts?.entered();
    await this.#act();
    this.#events.synced();
  }

  async #entries(entries: readonly Entry[]): Promise<void> {
    const { connection, device } = this.#ports;
    if (!(await this.#log.live(entries)))
      await this.#log.catchUp(await connection.call('join', { room: this.id }));
    const others = entries.filter(({ sender, kind }) => sender !== device.id && kind === 'message');
    for (const { sender } of others) this.#signals.over(sender);
    if (others.length > 0) this.#receipts?.took(this.#log.progress?.cursor ?? 0);
    if (others.some(({ sender }) => !this.#ignores(sender))) this.#events.rang();
    await this.#act();
  }

  #ignores(device: Entry['sender']): boolean {
    const sender = this.#ports.members.get(device);
    return sender !== undefined && this.#ports.blocked(sender.identity);
  }

  async #presence(event: EventOf<'presence'>): Promise<void> {
    this.#people.changed(event);
    this.#events.changed({ type: 'people', room: this.id, people: this.people });
    for (const { device } of event.left) this.#signals.over(device);
    if (!this.#tellsPresence) {
      this.#events.changed({ type: 'panel', room: this.id });
      return;
    }
    const joined = this.#people.newlyCome(event.joined);
    const row = presenceRow(
      { ...event, joined },
      this.#ports.device.identity,
      this.#log.progress?.cursor ?? 0,
    );
    if (row === null) return;
    await this.#ports.vault.commit([putRow(this.id, row)]);
    this.#showRows([row]);
  }
}
