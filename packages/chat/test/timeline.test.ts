import { LOUNGE, type Millis } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { Timeline } from '../src/core/room/timeline.ts';
import { putRow } from '../src/core/store.ts';
import { rowView, type StoredRow } from '../src/core/stored-rows.ts';
import { type MessageRow, memoryVault, PENDING_SEQ, type Position, type Vault } from '../src/index.ts';
import { deviceNo, identityNo } from './support/present.ts';

let vault: Vault;
let timeline: Timeline;
let pending: MessageRow[];
/** What the relay has of what came before, by page, newest last. */
let older: StoredRow[][];

const LATEST: Position = [0, 0];

function message(seq: number, mine = false): StoredRow {
  const id = `message-${seq}`;
  const author = {
    sender: deviceNo(1),
    identity: identityNo(1),
    nickname: 'Bo',
    mine,
    text: `number ${seq}`,
    files: [],
  };
  return { type: 'message', id, seq, minor: 0, at: seq as Millis, ...author };
}

function presence(seq: number, minor: number): StoredRow {
  const who = { joined: ['Cleo'], joinedMore: 0, left: [], leftMore: 0 };
  return { type: 'presence', id: `presence-${minor}`, seq, minor, at: minor as Millis, ...who };
}

function unsent(minor: number): MessageRow {
  const author = { identity: identityNo(2), device: deviceNo(2), nickname: 'Ada' };
  const position: Position = [PENDING_SEQ, minor];
  const delivery = { status: 'pending' } as const;
  const id = `pending-${minor}`;
  const said = { text: 'wait', files: [] };
  return { kind: 'message', id, position, at: 1 as Millis, author, mine: true, ...said, delivery };
}

async function keep(...rows: StoredRow[]): Promise<void> {
  await vault.commit(rows.map((row) => putRow(LOUNGE, row)));
}

beforeEach(() => {
  vault = memoryVault();
  pending = [];
  older = [];
  timeline = new Timeline(vault, {
    room: LOUNGE,
    view: rowView,
    hidden: () => false,
    pending: () => pending,
    older: async () => {
      const page = older.pop();
      if (page !== undefined) await keep(...page);
      return page !== undefined;
    },
    hasOlder: () => older.length > 0,
  });
});

const to = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => message(first + index));

async function page(side: 'latest' | 'before' | 'after', position: Position, limit = 3) {
  const { rows, moreBefore, moreAfter } = await timeline.page(side, position, limit);
  return { ids: rows.map(({ id }) => id.replace('message-', '')), moreBefore, moreAfter };
}

describe('paging through a conversation', () => {
  it('begins with the newest, and what is not sent yet last of all', async () => {
    await keep(...to(7));
    pending = [unsent(1), unsent(2)];
    expect(await page('latest', LATEST)).toEqual({
      ids: ['5', '6', '7', 'pending-1', 'pending-2'],
      moreBefore: true,
      moreAfter: false,
    });
  });

  it('goes back page by page to the first message, and no further', async () => {
    await keep(...to(7));
    expect(await page('before', [5, 0])).toEqual({ ids: ['2', '3', '4'], moreBefore: true, moreAfter: true });
    expect(await page('before', [2, 0])).toEqual({ ids: ['1'], moreBefore: false, moreAfter: true });
    expect((await page('before', [1, 0])).ids).toEqual([]);
  });

  it('goes forward again to the newest, with what is not sent yet only there', async () => {
    await keep(...to(7));
    pending = [unsent(1)];
    expect(await page('after', [2, 0])).toEqual({ ids: ['3', '4', '5'], moreBefore: true, moreAfter: true });
    expect(await page('after', [5, 0])).toEqual({
      ids: ['6', '7', 'pending-1'],
      moreBefore: true,
      moreAfter: false,
    });
  });

  it('has who came and went where it happened, between two messages', async () => {
    await keep(...to(3), presence(2, 50), presence(2, 60));
    expect((await page('latest', LATEST, 9)).ids).toEqual(['1', '2', 'presence-50', 'presence-60', '3']);
    expect((await page('before', [2, 60], 9)).ids).toEqual(['1', '2', 'presence-50']);
    expect((await page('after', [2, 50], 9)).ids).toEqual(['presence-60', '3']);
  });

  it('reads from the relay what is not here yet, as far as the page needs and no further', async () => {
    await keep(...to(9, 8));
    older = [to(1), to(5, 2), to(7, 6)];
    expect(await page('latest', LATEST)).toEqual({
      ids: ['7', '8', '9'],
      moreBefore: true,
      moreAfter: false,
    });
    expect(older).toHaveLength(2);
    expect((await page('before', [7, 0])).ids).toEqual(['4', '5', '6']);
    expect(older).toHaveLength(1);
  });

  it('says that there is more before while the relay has more', async () => {
    await keep(...to(4));
    older = [[], []];
    const { moreBefore } = await page('latest', LATEST, 3);
    expect(moreBefore).toBe(true);
  });

  it('gives at least one row and at most a page, whatever is asked', async () => {
    await keep(...to(300));
    expect((await page('latest', LATEST, 0)).ids).toEqual(['300']);
    expect((await page('latest', LATEST, 9_999)).ids).toHaveLength(200);
  });
});

describe('what is unread', () => {
  it('is what others said after the last message that was read', async () => {
    await keep(...to(5), message(6, true), presence(6, 50));
    await timeline.load([3, 0]);
    expect(timeline.unread).toBe(2);
    timeline.added([message(7), message(8, true), presence(8, 60)]);
    expect(timeline.unread).toBe(3);
  });

  it('is counted up to 999', async () => {
    await timeline.load([0, 0]);
    timeline.added(to(2_000));
    expect(timeline.unread).toBe(999);
  });

  it('is less when some of it was read, and never more when somebody scrolls back', async () => {
    await keep(...to(5));
    await timeline.load([1, 0]);
    expect(await timeline.read([4, 0])).toBe(true);
    expect([timeline.unread, timeline.readTo]).toEqual([1, [4, 0]]);
    expect(await timeline.read([2, 0])).toBe(false);
    expect([timeline.unread, timeline.readTo]).toEqual([1, [4, 0]]);
  });

  it('does not change because Ada sees her own message on its way', async () => {
    await keep(...to(5));
    await timeline.load([1, 0]);
    expect(await timeline.read([PENDING_SEQ, 3])).toBe(false);
    expect(timeline.readTo).toEqual([1, 0]);
  });

  it('is not counted again when a message that was read is told once more', async () => {
    await timeline.load([5, 0]);
    timeline.added(to(5));
    expect(timeline.unread).toBe(0);
  });
});
