import type { Row } from '@aurora/chat/view';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorOf, firstInSight, isAtEnd, type RowBox, scrollFor } from '../src/timeline/anchor.ts';
import { type Item, itemsOf } from '../src/timeline/items.ts';
import {
  emptyWindow,
  lastLogged,
  PAGE_ROWS,
  withAfter,
  withBefore,
  withChanges,
} from '../src/timeline/window.ts';
import { comes, noon, says, sealed } from './people.ts';

/** The shape of a timeline in short: `m1(` begins a group, `m2)` ends one. */
const outline = (items: readonly Item[]): readonly string[] =>
  items.map((item) => {
    if (item.type === 'message') return `${item.key}${item.first ? '(' : ''}${item.last ? ')' : ''}`;
    return item.type === 'sealed' ? `${item.count} sealed` : item.type;
  });

describe('the rows of a conversation', () => {
  it('group what one person says within five minutes', () => {
    const rows = [says('Ada', 1, 0), says('Ada', 2, 4), says('Ada', 3, 10), says('Bo', 4, 10)];
    expect(outline(itemsOf(rows, null))).toEqual(['day', 'm1(', 'm2)', 'm3()', 'm4()']);
  });

  it('break a group at whatever stands between', () => {
    const rows = [says('Ada', 1, 0), comes(['Bo'], 1, 1), says('Ada', 2, 1)];
    expect(outline(itemsOf(rows, null))).toEqual(['day', 'm1()', 'presence', 'm2()']);
  });

  it('begin each day with its name', () => {
    const rows = [says('Ada', 1, 0, { at: noon(0, 22) }), says('Ada', 2, 0), says('Ada', 3, 1)];
    expect(outline(itemsOf(rows, null))).toEqual(['day', 'm1()', 'day', 'm2(', 'm3)']);
  });

  it('keep one key each even when clocks run backwards', () => {
    const rows = [says('Ada', 1, 0), says('Bo', 2, 0, { at: noon(0, 22) }), says('Ada', 3, 1)];
    const keys = itemsOf(rows, null).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('show one divider before the first unread message of somebody else', () => {
    const rows = [says('Ada', 1, 0), says('Ada', 2, 1), says('Bo', 3, 2)];
    expect(outline(itemsOf(rows, [1, 0]))).toEqual(['day', 'm1()', 'new', 'm2()', 'm3()']);
    expect(outline(itemsOf([says('Ada', 1, 0), says('Bo', 2, 1, { mine: true })], [1, 0]))).not.toContain(
      'new',
    );
  });

  it('gather sealed messages and those who come one after the other', () => {
    const rows: Row[] = [
      sealed(1, 0),
      sealed(2, 0),
      sealed(3, 0),
      comes(['Kim'], 3, 1),
      comes(['Leo'], 4, 2),
    ];
    const items = itemsOf(rows, null);
    expect(outline(items)).toEqual(['day', '3 sealed', 'presence']);
    const last = items.at(-1);
    expect(last?.type === 'presence' && last.row.joined).toEqual(['Kim', 'Leo']);
    expect(last?.key).toBe('p3');
  });

  it('tells in the line of who came who let them in, once for each host', () => {
    const lets = (seq: number, by: string, name: string): Row => ({
      kind: 'admission',
      id: `admission-${seq}`,
      position: [seq, 0],
      at: noon(0),
      by,
      names: [name],
      more: 0,
    });
    const items = itemsOf([lets(1, 'Ada', 'Kim'), lets(2, 'Ada', 'Leo'), lets(3, 'Bo', 'Mia')], null);
    expect(outline(items)).toEqual(['day', 'presence']);
    const last = items.at(-1);
    expect(last?.type === 'presence' && last.admitted).toEqual([
      { by: 'Ada', names: ['Kim', 'Leo'], more: 0 },
      { by: 'Bo', names: ['Mia'], more: 0 },
    ]);
  });
});

describe('the window on the history', () => {
  const page = (from: number, to: number): Row[] =>
    Array.from({ length: to - from + 1 }, (_, index) => says('Ada', from + index, 0));
  const seqs = (rows: readonly Row[]): readonly number[] => rows.map(({ position }) => position[0]);

  it('grows both ways and stays small', () => {
    let window = withAfter(emptyWindow, { rows: page(50, 60), moreBefore: true, moreAfter: false }, 20);
    window = withBefore(window, { rows: page(35, 49), moreBefore: true, moreAfter: true }, 20);
    expect(seqs(window.rows)).toEqual(seqs(page(35, 54)));
    expect(window.moreAfter).toBe(true);
    window = withAfter(window, { rows: page(55, 60), moreBefore: true, moreAfter: false }, 20);
    expect(seqs(window.rows)).toEqual(seqs(page(41, 60)));
    expect([window.moreBefore, window.moreAfter]).toEqual([true, false]);
  });

  it('turns a pending row into a sent one under the same key', () => {
    const pending = says('Ada', Number.MAX_SAFE_INTEGER, 3, {
      id: 'x',
      mine: true,
      delivery: { status: 'pending' },
    });
    let window = withChanges(emptyWindow, [says('Bo', 1, 0), pending], [], 'end');
    expect(lastLogged(window.rows)?.id).toBe('m1');
    window = withChanges(window, [{ ...pending, position: [2, 0], delivery: { status: 'sent' } }], [], 'end');
    expect(window.rows.map(({ id }) => id)).toEqual(['m1', 'x']);
    window = withChanges(window, [], ['x'], 'end');
    expect(window.rows.map(({ id }) => id)).toEqual(['m1']);
  });

  it('leaves rows beyond an end that is not loaded to the page that brings them', () => {
    const window = { rows: page(10, 20), moreBefore: true, moreAfter: true };
    expect(seqs(withChanges(window, [says('Bo', 5, 0), says('Bo', 30, 0)], [], 'start').rows)).toEqual(
      seqs(page(10, 20)),
    );
  });

  it('never takes away what a reader looks at', () => {
    const window = { rows: page(1, 20), moreBefore: false, moreAfter: false };
    const reading = withChanges(window, page(21, 25), [], 'start', 20);
    expect(seqs(reading.rows)).toEqual(seqs(page(1, 20)));
    expect(reading.moreAfter).toBe(true);
    const following = withChanges(window, page(21, 25), [], 'end', 20);
    expect(seqs(following.rows)).toEqual(seqs(page(6, 25)));
    expect(following.moreBefore).toBe(true);
  });

  it('draws no more than a page in one go, however much comes at once', () => {
    const window = { rows: page(1, 20), moreBefore: false, moreAfter: false };
    const pending = says('Ada', Number.MAX_SAFE_INTEGER, 3, { id: 'x', mine: true });
    const many = page(21, 20 + 5 * PAGE_ROWS);
    const reading = withChanges(window, many, [], 'start');
    expect(seqs(reading.rows)).toEqual(seqs(page(1, 20 + PAGE_ROWS)));
    expect(reading).toMatchObject({ moreBefore: false, moreAfter: true });
    const following = withChanges({ ...window, rows: [...window.rows, pending] }, many, [], 'end');
    expect(following.rows).toHaveLength(PAGE_ROWS);
    expect(following.rows.slice(-2).map(({ id }) => id)).toEqual([many.at(-1)?.id, 'x']);
    expect(following).toMatchObject({ moreBefore: true, moreAfter: false });
    const few = withChanges(window, page(21, 20 + PAGE_ROWS), [], 'end');
    expect(seqs(few.rows)).toEqual(seqs(page(1, 20 + PAGE_ROWS)));
  });
});

describe('the place of a reader', () => {
  const boxes = (heights: readonly number[], start = 0): readonly RowBox[] => {
    let top = start;
    return heights.map((height, index) => {
      const box = { key: `r${index}`, top, bottom: top + height };
      top += height;
      return box;
    });
  };

  it('is the end when the end is near and loaded', () => {
    const view = { scrollTop: 590, viewHeight: 400, contentHeight: 1000 };
    expect(isAtEnd(view)).toBe(true);
    expect(anchorOf(view, boxes([500, 500]), true)).toEqual({ at: 'end' });
    expect(anchorOf(view, boxes([500, 500]), false)).toEqual({ at: 'row', key: 'r1', offset: -90 });
  });

  it('follows the end whatever its height becomes', () => {
    const view = { scrollTop: 0, viewHeight: 400, contentHeight: 1234 };
    expect(scrollFor({ at: 'end' }, view, () => undefined)).toBe(834);
  });

  it('gives up on a row that is gone', () => {
    const view = { scrollTop: 10, viewHeight: 400, contentHeight: 1234 };
    expect(scrollFor({ at: 'row', key: 'gone', offset: 3 }, view, () => undefined)).toBeUndefined();
  });

  it('does not move when rows above grow, come or go', () => {
    const heights = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(heights, fc.nat(), fc.integer({ min: 0, max: 20_000 }), (sizes, place, added) => {
        const before = boxes(sizes);
        const content = before.at(-1)?.bottom ?? 0;
        const viewHeight = 200;
        const scrollTop = place % Math.max(1, content - viewHeight);
        const anchor = anchorOf({ scrollTop, viewHeight, contentHeight: content + 400 }, before, true);
        if (anchor.at !== 'row') throw new Error('The end is 400 pixels away');
        const after = boxes(sizes, added);
        const top = (key: string): number | undefined => after.find((box) => box.key === key)?.top;
        const wanted = scrollFor(
          anchor,
          { scrollTop, viewHeight, contentHeight: content + 400 + added },
          top,
        );
        expect(wanted).toBe(scrollTop + added);
      }),
    );
  });

  it('finds the first row in sight as a plain walk does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        fc.nat(3000),
        (sizes, scrollTop) => {
          const all = boxes(sizes);
          const walked = all.findIndex(({ bottom }) => bottom > scrollTop);
          expect(firstInSight(all, scrollTop)).toBe(walked < 0 ? all.length - 1 : walked);
        },
      ),
    );
  });
});
