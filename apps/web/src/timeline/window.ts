import { comparePositions, PENDING_SEQ, type Row, type RowId, type RowPage } from '@aurora/chat/view';

/** The part of a room's history that is on the page: neighbouring rows in order, and what lies beyond each end. */
export type RowWindow = RowPage;

/** About as many rows as the page holds at once. */
export const MOST_ROWS = 200;
/** Rows that are asked for at once, and the most that are drawn in one go: more would keep the page from answering. */
export const PAGE_ROWS = 40;
export const emptyWindow: RowWindow = { rows: [], moreBefore: false, moreAfter: false };

const inOrder = (a: Row, b: Row): number =>
  comparePositions(a.position, b.position) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Rows of both by id, the later telling of a row wins, in order. */
function merged(rows: readonly Row[], more: readonly Row[]): Row[] {
  const byId = new Map<RowId, Row>(rows.map((row) => [row.id, row]));
  for (const row of more) byId.set(row.id, row);
  return [...byId.values()].sort(inOrder);
}

/** Adds an older page in front; drops from the end what is too much. */
export function withBefore(window: RowWindow, page: RowPage, most: number = MOST_ROWS): RowWindow {
  const rows = merged(page.rows, window.rows);
  const over = rows.length > most;
  return { rows: rows.slice(0, most), moreBefore: page.moreBefore, moreAfter: over || window.moreAfter };
}

/** Adds a newer page at the end; drops from the front what is too much. */
export function withAfter(window: RowWindow, page: RowPage, most: number = MOST_ROWS): RowWindow {
  const rows = merged(window.rows, page.rows);
  const over = rows.length > most;
  return {
    rows: over ? rows.slice(-most) : rows,
    moreBefore: over || window.moreBefore,
    moreAfter: page.moreAfter,
  };
}

/**
 * Takes in what changed. Rows beyond an end that is not loaded are left for the page that will bring them. `keep` says
 * which end the person looks at, so that the other one is trimmed.
 */
export function withChanges(
  window: RowWindow,
  changed: readonly Row[],
  removed: readonly RowId[],
  keep: 'start' | 'end',
  most: number = MOST_ROWS,
): RowWindow {
  const gone = new Set<RowId>([...removed, ...changed.map((row) => row.id)]);
  const rest = window.rows.filter((row) => !gone.has(row.id));
  const [first, last] = [window.rows[0], window.rows.at(-1)];
  const belongs = changed.filter((row) => {
    if (window.moreBefore && first && inOrder(row, first) < 0) return false;
    return !(window.moreAfter && last && inOrder(row, last) > 0);
  });
  const beyond = belongs.length < changed.length;
  const rows = merged(rest, belongs);
  const end = lastLogged(window.rows);
  const known = end === undefined ? 0 : rows.findLastIndex((row) => inOrder(row, end) <= 0) + 1;
  // Whoever was away for long comes back to a page of it, and goes through the rest page by page.
  if (rows.length - known > PAGE_ROWS && !window.moreAfter) {
    return keep === 'end'
      ? { rows: rows.slice(-PAGE_ROWS), moreBefore: true, moreAfter: false }
      : { ...window, rows: rows.slice(0, Math.min(most, known + PAGE_ROWS)), moreAfter: true };
  }
  if (rows.length <= most && !beyond) return { ...window, rows };
  if (keep === 'end' || window.moreAfter) {
    const over = rows.length > most;
    return { ...window, rows: over ? rows.slice(-most) : rows, moreBefore: window.moreBefore || over };
  }
  const over = rows.length > most;
  return { ...window, rows: rows.slice(0, most), moreAfter: window.moreAfter || over };
}

/** The newest row that stands in the log: what "read up to here" can name. */
export function lastLogged(rows: readonly Row[]): Row | undefined {
  return rows.findLast((row) => row.position[0] < PENDING_SEQ);
}
