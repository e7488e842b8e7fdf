import { limits, type RoomId } from '@aurora/protocol';
import type { Vault } from '../../ports/vault.ts';
import { comparePositions, PENDING_SEQ, type Position, type Row, type RowPage } from '../../view/contract.ts';
import { readRows } from '../store.ts';
import { positionOf, type StoredRow } from '../stored-rows.ts';

/** Unread messages are counted up to here; beyond, the exact number helps nobody. */
const MOST_UNREAD = 999;
const END: Position = [PENDING_SEQ, 0];

export interface TimelineWay {
  readonly room: RoomId;
  view(row: StoredRow): Row;
  /** What this person does not want to see. */
  hidden(row: StoredRow): boolean;
  /** Rows that are not in the log yet. */
  pending(): Row[];
  /** Reads older entries into the vault; false when there are none, or none can be had now. */
  older(): Promise<boolean>;
  /** Whether the relay has entries older than what the vault holds. */
  hasOlder(): boolean;
}

/** A room's rows as pages, and how many of them are unread. */
export class Timeline {
  readonly #vault: Vault;
  readonly #way: TimelineWay;
  #readTo: Position = [0, 0];
  #unread = 0;

  constructor(vault: Vault, way: TimelineWay) {
    this.#vault = vault;
    this.#way = way;
  }

  async load(readTo: Position): Promise<void> {
    this.#readTo = readTo;
    const after = await readRows(this.#vault, this.#way.room, 'after', readTo, MOST_UNREAD);
    this.#unread = after.filter((row) => this.#counts(row)).length;
  }

  get unread(): number {
    return this.#unread;
  }

  get readTo(): Position {
    return this.#readTo;
  }

  /** New rows at the end. */
  added(rows: readonly StoredRow[]): void {
    const newer = rows.filter(
      (row) => this.#counts(row) && comparePositions(positionOf(row), this.#readTo) > 0,
    );
    this.#unread = Math.min(MOST_UNREAD, this.#unread + newer.length);
  }

  /** False when that was read before. */
  async read(position: Position): Promise<boolean> {
    const logged: Position = position[0] >= PENDING_SEQ ? this.#readTo : position;
    if (comparePositions(logged, this.#readTo) <= 0) return false;
    await this.load(logged);
    return true;
  }

  async page(side: 'latest' | 'before' | 'after', position: Position, limit: number): Promise<RowPage> {
    const most = Math.max(1, Math.min(limit, limits.page));
    if (side === 'after') return this.#after(position, most);
    return this.#before(side === 'latest' ? END : position, most, side === 'latest');
  }

  async #before(position: Position, limit: number, latest: boolean): Promise<RowPage> {
    const { room } = this.#way;
    let rows = await readRows(this.#vault, room, 'before', position, limit + 1);
    while (rows.length <= limit && (await this.#way.older())) {
      rows = await readRows(this.#vault, room, 'before', position, limit + 1);
    }
    const moreBefore = rows.length > limit || this.#way.hasOlder();
    const page = this.#views(rows.slice(-limit));
    if (latest) page.push(...this.#way.pending());
    return { rows: page, moreBefore, moreAfter: !latest };
  }

  async #after(position: Position, limit: number): Promise<RowPage> {
    const rows = await readRows(this.#vault, this.#way.room, 'after', position, limit + 1);
    const moreAfter = rows.length > limit;
    const page = this.#views(rows.slice(0, limit));
    if (!moreAfter)
      page.push(...this.#way.pending().filter((row) => comparePositions(row.position, position) > 0));
    return { rows: page, moreBefore: true, moreAfter };
  }

  #views(rows: readonly StoredRow[]): Row[] {
    return rows.filter((row) => !this.#way.hidden(row)).map((row) => this.#way.view(row));
  }

  #counts(row: StoredRow): boolean {
    return row.type === 'message' && !row.mine && !this.#way.hidden(row);
  }
}
