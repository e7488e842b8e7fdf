import { type Device, EMPTY_CHAIN, type EpochKey } from '@aurora/crypto';
import {
  type Bytes,
  type Entry,
  type Epoch,
  type Head,
  limits,
  type ReplyOf,
  type RoomId,
  type Seq,
} from '@aurora/protocol';
import type { Vault, VaultChange } from '../../ports/vault.ts';
import type { Failure, Position } from '../../view/contract.ts';
import type { Connection } from '../connection.ts';
import type { Members } from '../members.ts';
import { putRow, readRows } from '../store.ts';
import { logIdOf, type StoredRow } from '../stored-rows.ts';
import { Chain, type Seen } from './chain.ts';
import { type Reader, readAgain, readBackward, readForward } from './reader.ts';
import type { Keyed, Ring } from './ring.ts';
import { loadState, type Progress, putState, type RoomState, widen } from './state.ts';

export interface LogPorts {
  readonly vault: Vault;
  readonly connection: Connection;
  readonly members: Members;
  readonly device: Device;
  readonly reader: Reader;
}

export interface LogEvents {
  /** Rows read at the end of the log, in order. */
  added(rows: StoredRow[]): void;
  /** Rows that were sealed and are open now, and ids of those that turned out to be nothing to believe. */
  opened(rows: StoredRow[], removed: string[]): void;
  /** Everything shown before is void: page again. */
  reset(): Promise<void>;
  warned(warning: Failure): void;
  /** Somebody else changed keys or members, and was believed. */
  life(): void;
  /** What goes into the vault together with these rows. */
  beside(rows: readonly StoredRow[]): VaultChange[];
}

/** Enough for the messages of one epoch and what is said about them. */
const MOST_REMEMBERED = 2_000;
const END: Position = [Number.MAX_SAFE_INTEGER, 0];

const skipped: Failure = {
  code: 'gap',
  message: 'The server left out a part of this room’s history. Aurora will ask again; reload if this stays.',
};
const restored: Failure = {
  code: 'restored',
  message: 'The server was restored from a backup. The newest messages before that may be missing.',
};

/**
 * A room's log as this device has read it: what it says, which keys it announced, and the chain over it. Each step is
 * `(state, entries) → {state, rows}` and one commit of the vault. Run one step at a time.
 */
export class RoomLog<S extends Keyed> {
  readonly room: RoomId;
  readonly #ring: Ring<S>;
  readonly #ports: LogPorts;
  readonly #events: LogEvents;
  #state: RoomState<S> | null = null;
  #chain = new Chain(null);
  /** A granter's word for the chain, until the cursor has come that far. */
  #vouched: Seen | null = null;
  /** Of a telling of the log that was given up. */
  #kept: S | null = null;

  constructor(room: RoomId, ring: Ring<S>, ports: LogPorts, events: LogEvents) {
    this.room = room;
    this.#ring = ring;
    this.#ports = ports;
    this.#events = events;
  }

  async load(): Promise<void> {
    this.#state = await loadState(this.#ports.vault, this.room, this.#ring);
    this.#chain = new Chain(this.#state?.progress.chain ?? null);
    const { reader, vault } = this.#ports;
    const newest = await readRows(vault, this.room, 'before', END, MOST_REMEMBERED);
    for (const row of newest) {
      const sender = row.type === 'message' ? row.sender : row.type === 'sealed' ? row.entry.sender : null;
      if (sender !== null) reader.known.claim({ sender, id: logIdOf(row), seq: row.seq });
    }
  }

  /** Null until the log was read for the first time. */
  get progress(): Progress | null {
    return this.#state?.progress ?? null;
  }

  get keys(): S {
    return this.#must().keys;
  }

  get chain(): Seen | null {
    return this.#chain.latest;
  }

  /** The newest epoch's key, or null while it has not come. */
  get currentKey(): EpochKey | null {
    const keys = this.#state?.keys;
    const key: Bytes | null | undefined = keys && this.#ring.key(keys, keys.epoch);
    return keys && key ? { epoch: keys.epoch, key } : null;
  }

  /** Reads everything up to the end. The first time it learns the members and epochs only: what was said, on demand. */
  async catchUp(head: Head): Promise<void> {
    if (this.#state !== null && this.#state.progress.generation !== head.generation) await this.#forget();
    if (this.#state === null) await this.#begin(head);
    let reading = this.#read('after', this.#must().progress.cursor);
    for (let more = true; more; ) {
      const page = await reading;
      const last = page.entries.at(-1);
      if (last === undefined) return;
      more = page.more;
      if (more) reading = this.#ahead(last.seq);
      if (!(await this.#apply(page.entries))) return;
    }
  }

  /** New entries as they happen; false when some before them are missing, which catchUp then reads. */
  async live(entries: readonly Entry[]): Promise<boolean> {
    const { cursor } = this.#must().progress;
    const fresh = entries.filter(({ seq }) => seq > cursor);
    if (fresh[0] === undefined) return true;
    return fresh[0].seq === cursor + 1 && this.#apply(fresh);
  }

  /** Reads one page of what came before; false when there is nothing more. */
  async older(): Promise<boolean> {
    const { progress } = this.#must();
    if (progress.from <= 1) return false;
    const { entries } = await this.#read('before', progress.from);
    const first = progress.from - entries.length;
    if (entries.length === 0 || !entries.every(({ seq }, index) => seq === first + index)) {
      this.#events.warned(skipped);
      return false;
    }
    await this.#ports.members.of(entries.map(({ sender }) => sender));
    const { keys } = this;
    const read = await readBackward(this.#ring, keys, progress.fromEpoch, entries, this.#ports.reader);
    const sealed = widen(progress.sealed, unopened(read.rows));
    const from = entries[0]?.seq ?? progress.from;
    await this.advance({ from, fromEpoch: read.epoch, sealed }, read.rows);
    return true;
  }

  /** Keys came: what waits for them is opened. They know what was said about the room up to a place, or all of it. */
  async unlock(keys: S, upTo: Seq | null = null): Promise<void> {
    await this.advance({}, [], keys);
    await this.#unseal(upTo ?? this.#must().progress.cursor);
  }

  /** A member's word for the chain at one place; one for a place that will not be reached soon says nothing. */
  vouch(seen: Seen): void {
    if (seen[0] <= this.#must().progress.cursor + limits.page) this.#vouched ??= seen;
  }

  /** Begins to follow the log after a place, with the keys that somebody gave. */
  async startAt(keys: S, cursor: Seq, generation: Head['generation']): Promise<void> {
    this.#chain = new Chain(null);
    this.#state = { progress: { ...beginning(generation, cursor, keys.epoch), chain: null }, keys };
    await this.#ports.vault.commit(putState(this.room, this.#ring, null, this.#state));
    await this.#events.reset();
  }

  /** The keys after some handshakes that were read before, without a line for any of them. */
  async replayed(keys: S, entries: readonly Entry[]): Promise<S> {
    const { members, reader } = this.#ports;
    await members.of(entries.map(({ sender }) => sender));
    const read = await this.#ring.read(keys, entries, { ...reader, learn: async () => {} });
    const said = read.rows.flatMap((one) => one.said ?? []);
    return said.reduce((state, one) => this.#ring.after(state, one), read.state);
  }

  /** Takes up the chain at a value that a granter vouched for, and follows it to the cursor. */
  async anchor(): Promise<void> {
    const vouched = this.#vouched;
    const { cursor } = this.#must().progress;
    if (this.#chain.latest !== null || vouched === null || vouched[0] > cursor) return;
    const chain = new Chain(vouched);
    for (let at = vouched[0]; at < cursor; ) {
      const { entries } = await this.#read('after', at);
      for (const entry of entries) if (entry.seq <= cursor) await chain.extend(entry);
      if (chain.latest === null || chain.latest[0] === at) return;
      at = chain.latest[0];
    }
    this.#chain = chain;
    await this.advance({ chain: chain.latest });
  }

  /** One commit: rows, progress, and keys if they changed. */
  async advance(change: Partial<Progress>, rows: StoredRow[] = [], keys = this.keys): Promise<void> {
    const before = this.#must();
    const after = { progress: { ...before.progress, ...change }, keys };
    await this.#ports.vault.commit([
      ...rows.map((row) => putRow(this.room, row)),
      ...putState(this.room, this.#ring, before, after),
      ...this.#events.beside(rows),
    ]);
    this.#state = after;
  }

  #must(): RoomState<S> {
    if (this.#state === null) throw new Error('the log was not read yet');
    return this.#state;
  }

  /** The next page is on its way while one is opened; whether it fails matters to who waits for it. */
  #ahead(seq: Seq): Promise<ReplyOf<'read'>> {
    const reading = this.#read('after', seq);
    reading.catch(() => {});
    return reading;
  }

  #read(side: 'after' | 'before', seq: Seq, handshakes = false) {
    const { connection } = this.#ports;
    return connection.call('read', { room: this.room, side, seq, limit: limits.page, handshakes });
  }

  async #begin(head: Head): Promise<void> {
    const { generation, seq: end } = head;
    const start = this.#ring.begin(this.room, this.#kept, head);
    const keys = start.complete ? start.state : await this.#handshakes(start.state, end);
    const chain: Seen | null = end === 0 ? [end, EMPTY_CHAIN] : null;
    this.#chain = new Chain(chain);
    this.#state = {
      progress: { ...beginning(generation, end, keys.epoch), chain },
      keys: await this.#ring.accept(keys, this.#kept === null ? [] : this.#ring.keys(this.#kept)),
    };
    this.#kept = null;
    await this.#ports.vault.commit(putState(this.room, this.#ring, null, this.#state));
    await this.#events.reset();
  }

  /** The keys after all handshakes up to a place, without a line for any of them: those are for who was there. */
  async #handshakes(start: S, end: Seq): Promise<S> {
    const { members, reader } = this.#ports;
    const silent: Reader = { ...reader, learn: async () => {} };
    let keys = start;
    for (let after = 0 as Seq, more = true; more; ) {
      const page = await this.#read('after', after, true);
      const entries = page.entries.filter(({ seq, kind }) => seq > after && seq <= end && kind !== 'message');
      await members.of(entries.map(({ sender }) => sender));
      keys = (await readForward(this.#ring, keys, entries, this.#chain, silent)).state;
      after = entries.at(-1)?.seq ?? end;
      more = page.more && after < end;
    }
    return keys;
  }

  /** The log is told anew, after a restore from a backup: what was read of the old telling proves nothing. */
  async #forget(): Promise<void> {
    const { vault } = this.#ports;
    for (;;) {
      const rows = await readRows(vault, this.room, 'after', [0, 0], limits.page);
      if (rows.length === 0) break;
      await vault.commit(rows.map((row) => ({ drop: 'rows' as const, key: putRow(this.room, row).key })));
    }
    // The keys stay: each is what its epoch announced, and what the backup still holds opens with them.
    this.#kept = this.#state?.keys ?? null;
    this.#state = null;
    this.#vouched = null;
    this.#ports.reader.known.clear();
    this.#events.warned(restored);
  }

  /** Reads the next entries and keeps what they say; false when the relay left some out. */
  async #apply(entries: readonly Entry[]): Promise<boolean> {
    const { keys: before, progress } = this.#must();
    if (!entries.every(({ seq }, index) => seq === progress.cursor + 1 + index)) {
      this.#events.warned(skipped);
      return false;
    }
    await this.#ports.members.of(entries.map(({ sender }) => sender));
    const reading = await readForward(this.#ring, before, entries, this.#chain, this.#ports.reader);
    const { announced } = progress;
    const decided = announced !== null && reading.state.epoch >= announced.epoch;
    const keys = decided ? await this.#ring.accept(reading.state, [announced]) : reading.state;
    const change: Partial<Progress> = {
      cursor: entries.at(-1)?.seq ?? progress.cursor,
      chain: this.#chain.latest,
      sealed: widen(progress.sealed, unopened(reading.rows)),
      announced: decided ? null : announced,
    };
    await this.advance(change, reading.rows, keys);
    this.#events.added(reading.rows);
    if (reading.fork !== null) this.#events.warned(reading.fork);
    if (reading.life) this.#events.life();
    await this.anchor();
    return true;
  }

  /** Opens rows whose key has come. */
  async #unseal(known: Seq): Promise<void> {
    const stretch = this.#must().progress.sealed;
    if (stretch === null) return;
    const still: Seq[] = [];
    let after: Position = [stretch[0], 0];
    let rows = await readRows(this.#ports.vault, this.room, 'before', [stretch[0], 1], 1);
    while (rows[0] !== undefined && rows[0].seq <= stretch[1]) {
      const entries = rows.flatMap((row) => (row.type === 'sealed' ? [row.entry] : []));
      await this.#ports.members.of(entries.map(({ sender }) => sender));
      const read = await readAgain(this.#ring, this.keys, entries, this.#ports.reader);
      still.push(...unopened(read.rows));
      const opened = read.rows.filter(({ type }) => type !== 'sealed');
      const news = read.said.filter(({ entry }) => entry.seq > known);
      await this.advance(
        {},
        opened,
        news.reduce((keys, one) => this.#ring.after(keys, one), this.keys),
      );
      const standing = new Set(opened.map(({ id }) => id));
      const changed = new Set(opened.map(({ seq }) => seq));
      const gone = rows.filter(
        ({ type, seq, id }) => type === 'sealed' && changed.has(seq) && !standing.has(id),
      );
      this.#events.opened(
        opened,
        gone.map(({ id }) => id),
      );
      const last = rows.at(-1);
      if (last !== undefined && last.seq >= after[0]) after = [last.seq, last.minor];
      rows = await readRows(this.#ports.vault, this.room, 'after', after, limits.page);
    }
    await this.advance({ sealed: widen(null, still) });
  }
}

/** Nothing read yet but the place to read on from. */
function beginning(generation: Head['generation'], cursor: Seq, fromEpoch: Epoch): Omit<Progress, 'chain'> {
  return {
    generation,
    cursor,
    from: (cursor + 1) as Seq,
    fromEpoch,
    readTo: [cursor, 0],
    sealed: null,
    announced: null,
    messages: 0,
  };
}

function unopened(rows: readonly StoredRow[]): Seq[] {
  return rows.flatMap((row) => (row.type === 'sealed' ? [row.entry.seq] : []));
}
