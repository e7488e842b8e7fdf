import {
  type AdmissionRow,
  type ChangeRow,
  comparePositions,
  type MessageRow,
  type Position,
  type PresenceRow,
  type Row,
  type SealedRow,
  type WarningRow,
} from '@aurora/chat/view';
import { dayOf } from '../text/time.ts';

/** What the timeline shows, one element each, with a key that outlives every change. */
export type Item =
  | { readonly type: 'day'; readonly key: string; readonly at: number }
  | { readonly type: 'new'; readonly key: string }
  | {
      readonly type: 'message';
      readonly key: string;
      readonly row: MessageRow;
      /** Whether it begins, and whether it ends, what one person said in a row. */
      readonly first: boolean;
      readonly last: boolean;
    }
  | {
      readonly type: 'presence';
      readonly key: string;
      readonly row: PresenceRow;
      /** Who let whom in meanwhile, as the log proves it. */
      readonly admitted: readonly Admitted[];
    }
  | {
      readonly type: 'sealed';
      readonly key: string;
      readonly reason: SealedRow['reason'];
      readonly count: number;
    }
  | { readonly type: 'change'; readonly key: string; readonly row: ChangeRow }
  | { readonly type: 'warning'; readonly key: string; readonly row: WarningRow };

export type Admitted = Pick<AdmissionRow, 'by' | 'names' | 'more'>;

const GROUP_MS = 5 * 60 * 1000;

/** Rows in order become items: days, the divider before the first unread, groups, gathered lines. */
export function itemsOf(rows: readonly Row[], readTo: Position | null): readonly Item[] {
  const items: Item[] = [];
  let day = '';
  let divided = readTo === null;
  for (const row of rows) {
    const today = dayOf(row.at);
    if (today !== day) {
      day = today;
      items.push({ type: 'day', key: `day-${row.id}`, at: row.at });
    }
    if (!divided && readTo && row.kind === 'message' && comparePositions(row.position, readTo) > 0) {
      divided = true;
      if (!row.mine) items.push({ type: 'new', key: 'new' });
    }
    add(items, row);
  }
  return items;
}

function add(items: Item[], row: Row): void {
  const before = items.at(-1);
  switch (row.kind) {
    case 'message': {
      const joins = before?.type === 'message' && isOneBreath(before.row, row);
      if (joins) items[items.length - 1] = { ...before, last: false };
      items.push({ type: 'message', key: row.id, row, first: !joins, last: true });
      return;
    }
    case 'presence':
      addComings(items, row, []);
      return;
    case 'admission':
      addComings(items, nobody(row), [row]);
      return;
    case 'sealed':
      if (before?.type === 'sealed' && before.reason === row.reason) {
        items[items.length - 1] = { ...before, count: before.count + 1 };
      } else items.push({ type: 'sealed', key: row.id, reason: row.reason, count: 1 });
      return;
    case 'change':
      items.push({ type: 'change', key: row.id, row });
      return;
    case 'warning':
      items.push({ type: 'warning', key: row.id, row });
  }
}

/** One person, within five minutes: one bubble under the other. */
function isOneBreath(a: MessageRow, b: MessageRow): boolean {
  return a.author.identity === b.author.identity && Math.abs(b.at - a.at) <= GROUP_MS;
}

/** One line for all that came and went side by side; it keeps the key of the first. */
function addComings(items: Item[], row: PresenceRow, admitted: readonly Admitted[]): void {
  const before = items.at(-1);
  const gathered = before?.type === 'presence' ? gather(before.row, row) : undefined;
  if (before?.type !== 'presence' || gathered === undefined) {
    items.push({ type: 'presence', key: row.id, row, admitted });
    return;
  }
  const all = gatherAdmitted([...before.admitted, ...admitted]);
  items[items.length - 1] = { type: 'presence', key: gathered.id, row: gathered, admitted: all };
}

function nobody({ id, position, at }: AdmissionRow): PresenceRow {
  return { kind: 'presence', id, position, at, joined: [], joinedMore: 0, left: [], leftMore: 0 };
}

/** Each member's guests in one place. */
function gatherAdmitted(admitted: readonly Admitted[]): Admitted[] {
  const hosts = Map.groupBy(admitted, ({ by }) => by);
  return [...hosts].map(([by, parts]) => ({
    by,
    names: [...new Set(parts.flatMap(({ names }) => names))],
    more: parts.reduce((sum, { more }) => sum + more, 0),
  }));
}

/** Two lines of presence close to each other as one. */
function gather(a: PresenceRow, b: PresenceRow): PresenceRow | undefined {
  if (b.at - a.at > GROUP_MS) return undefined;
  const joined = [...new Set([...a.joined, ...b.joined])];
  const left = [...new Set([...a.left, ...b.left])];
  return {
    ...a,
    at: b.at,
    joined,
    left,
    joinedMore: a.joinedMore + b.joinedMore,
    leftMore: a.leftMore + b.leftMore,
  };
}
