import {
  type Change,
  comparePositions,
  type Failure,
  FIRST,
  type MessageRow,
  type Position,
  type Row,
} from '@aurora/chat/view';
import type { RoomId } from '@aurora/protocol';
import type { EngineClient } from '../engine/client.ts';
import type { Anchor } from '../timeline/anchor.ts';
import {
  emptyWindow,
  lastLogged,
  PAGE_ROWS,
  type RowWindow,
  withAfter,
  withBefore,
  withChanges,
} from '../timeline/window.ts';
import { Attachments } from './attachments.svelte.ts';
import { Draft } from './draft.ts';
import { Panel } from './panel.svelte.ts';

/** One conversation as this page shows it: a window of its history, and what came in unseen. */
export class Room {
  readonly id: RoomId;
  window: RowWindow = $state.raw(emptyWindow);
  loading: 'latest' | 'before' | 'after' | null = $state('latest');
  /** Counts how often the newest page was shown afresh. */
  tellings: number = $state(0);
  /** Why a page of history could not be had. */
  failure: Failure | null = $state.raw(null);
  /** Where the divider "New" stands: after this position. */
  readTo: Position | null = $state.raw(null);
  /** Whether the newest row is in sight; the timeline tells. */
  atEnd: boolean = $state(true);
  /** Messages of others that came in below what is in sight. */
  unseen: number = $state(0);
  /** Messages of others as they arrive, never history: what a screen reader speaks. */
  arrivals: readonly MessageRow[] = $state.raw([]);
  readonly draft: Draft;
  readonly attachments: Attachments = new Attachments();
  /** Where the reader is, across visits of other conversations. */
  anchor: Anchor = { at: 'end' };
  readonly panel: Panel;
  readonly #engine: EngineClient;
  /** Messages after this position are news. Nothing is before the first page has come. */
  #newest: Position | null = null;
  #early: Change[] = [];
  #asked = 0;

  /** `readTo`: the newest row that was read, when there are newer ones. */
  constructor(id: RoomId, engine: EngineClient, readTo: Position | null) {
    this.id = id;
    this.#engine = engine;
    this.readTo = readTo;
    this.draft = new Draft(engine, id);
    this.panel = new Panel(engine, id);
  }

  /** Another conversation comes into sight. A reader at the end needs no more than a page to come back to at once. */
  rest(): void {
    this.wentAway();
    this.arrivals = [];
    const { rows, moreAfter } = this.window;
    if (!this.atEnd || moreAfter || rows.length <= PAGE_ROWS) return;
    this.window = { rows: rows.slice(-PAGE_ROWS), moreBefore: true, moreAfter };
  }

  /** It comes back into sight. */
  wake(): void {
    if (this.failure && this.window.rows.length === 0) void this.latest();
  }

  /** From now on what comes is new; the divider will stand before it. */
  wentAway(): void {
    const last = lastLogged(this.window.rows);
    if (last && this.atEnd && !this.window.moreAfter) this.readTo = last.position;
  }

  /** Nothing came meanwhile: what comes now is read as it comes. */
  cameBack(): void {
    const last = lastLogged(this.window.rows);
    if (this.readTo && last && comparePositions(last.position, this.readTo) <= 0) this.readTo = null;
  }

  /** Shows the newest page, whatever was shown before. */
  async latest(): Promise<void> {
    this.#early = [];
    const asked = ++this.#asked;
    await this.#load('latest', FIRST, (page) => {
      if (asked !== this.#asked) return;
      // Of one id there is one row, even when a member and the relay told the page two.
      this.window = withBefore(emptyWindow, page);
      this.#newest = lastLogged(page.rows)?.position ?? FIRST;
      this.unseen = 0;
      this.atEnd = true;
      this.tellings += 1;
      for (const change of this.#early) this.apply(change);
      this.#early = [];
    });
  }

  before(): Promise<void> {
    const first = this.window.rows[0];
    if (this.loading || !this.window.moreBefore || !first) return Promise.resolve();
    return this.#load('before', first.position, (page) => {
      this.window = withBefore(this.window, page);
    });
  }

  after(): Promise<void> {
    const last = lastLogged(this.window.rows);
    if (this.loading || !this.window.moreAfter || !last) return Promise.resolve();
    return this.#load('after', last.position, (page) => {
      this.window = withAfter(this.window, page);
    });
  }

  apply(change: Change): void {
    if (change.type === 'reset' && change.room === this.id) {
      this.#newest = null;
      void this.latest();
    }
    if (change.type !== 'rows' || change.room !== this.id) return;
    // What changes while the first page is on its way may be missing from it.
    if (this.#newest === null || this.loading === 'latest') this.#early.push(change);
    this.#hear(change.rows);
    this.window = withChanges(this.window, change.rows, change.removed, this.atEnd ? 'end' : 'start');
  }

  #hear(rows: readonly Row[]): void {
    const newest = this.#newest;
    if (newest === null) return;
    const known = new Set(this.window.rows.map((row) => row.id));
    const arrived = rows.filter(
      (row) =>
        row.kind === 'message' &&
        !row.mine &&
        !known.has(row.id) &&
        comparePositions(row.position, newest) > 0,
    );
    const news = arrived.filter((row) => row.kind === 'message');
    const last = lastLogged(rows);
    if (last && comparePositions(last.position, newest) > 0) this.#newest = last.position;
    if (news.length === 0) return;
    this.arrivals = news;
    if (!this.atEnd) this.unseen += news.length;
  }

  async #load(
    side: 'latest' | 'before' | 'after',
    position: Position,
    show: (page: RowWindow) => void,
  ): Promise<void> {
    this.loading = side;
    this.failure = null;
    try {
      const page = await this.#engine.call('page', { room: this.id, side, position, limit: PAGE_ROWS });
      // The page is shown after `loading` ends, so that changes kept meanwhile are taken in, not kept again.
      this.loading = null;
      show(page);
    } catch (failure) {
      this.loading = null;
      this.failure = failure as Failure;
    }
  }
}
