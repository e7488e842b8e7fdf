import type { Failure, RowPage } from '@aurora/chat/view';
import type { RoomId } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import type { EngineClient } from '../src/engine/client.ts';
import { Room } from '../src/state/room.svelte.ts';
import { says } from './people.ts';

const id = 'lounge' as RoomId;

/** A room whose pages the test hands out one by one. */
function open(readTo: Room['readTo'] = null) {
  const asked: { give(page: Partial<RowPage>): Promise<void>; refuse(failure: Failure): Promise<void> }[] =
    [];
  const engine: EngineClient = {
    call: () =>
      new Promise((resolve, reject) => {
        asked.push({
          give: async (page) => resolve({ rows: [], moreBefore: false, moreAfter: false, ...page } as never),
          refuse: async (failure) => reject(failure),
        });
      }),
    onChange: () => () => {},
    detach: () => {},
  };
  const room = new Room(id, engine, readTo);
  const rows = (...seqs: number[]) =>
    room.apply({ type: 'rows', room: id, rows: seqs.map((seq) => says('Bo', seq, seq)), removed: [] });
  return { room, asked, rows, shown: () => room.window.rows.map((row) => row.id) };
}

describe('a room on the page', () => {
  it('takes in what came while its first page was on the way', async () => {
    const { room, asked, rows, shown } = open();
    const loading = room.latest();
    rows(3);
    await asked[0]?.give({ rows: [says('Bo', 1, 1), says('Bo', 2, 2)] });
    await loading;
    expect(shown()).toEqual(['m1', 'm2', 'm3']);
    expect(room.loading).toBeNull();
  });

  it('shows one row of an id, whatever its first page says', async () => {
    const { room, asked, shown } = open();
    const loading = room.latest();
    await asked[0]?.give({ rows: [says('Bo', 1, 1), says('Bo', 2, 2, { id: 'm1' })], moreBefore: true });
    await loading;
    expect(shown()).toEqual(['m1']);
    expect(room.window).toMatchObject({ moreBefore: true, moreAfter: false });
  });

  it('counts what comes while the reader is elsewhere, and only what is new', async () => {
    const { room, asked, rows } = open();
    const loading = room.latest();
    await asked[0]?.give({ rows: [says('Bo', 5, 1)], moreBefore: true });
    await loading;
    room.atEnd = false;
    rows(6, 7);
    rows(7);
    rows(2);
    room.apply({ type: 'rows', room: id, rows: [says('Ada', 8, 1, { mine: true })], removed: [] });
    expect(room.unseen).toBe(2);
    expect(room.arrivals.map((row) => row.id)).toEqual(['m6', 'm7']);
  });

  it('tells history anew when the engine says so', async () => {
    const { room, asked, shown } = open();
    const loading = room.latest();
    await asked[0]?.give({ rows: [says('Bo', 1, 1)] });
    await loading;
    room.apply({ type: 'reset', room: id });
    await asked[1]?.give({ rows: [says('Bo', 9, 1)] });
    await Promise.resolve();
    expect(shown()).toEqual(['m9']);
    expect(room.tellings).toBe(2);
  });

  it('says why a page did not come, and can be asked again', async () => {
    const { room, asked, shown } = open();
    const loading = room.latest();
    await asked[0]?.refuse({ code: 'offline', message: 'No network.' });
    await loading;
    expect(room.failure?.message).toBe('No network.');
    const again = room.latest();
    await asked[1]?.give({ rows: [says('Bo', 1, 1)] });
    await again;
    expect(room.failure).toBeNull();
    expect(shown()).toEqual(['m1']);
  });

  it('asks for one page at a time', async () => {
    const { room, asked } = open();
    const loading = room.latest();
    await asked[0]?.give({ rows: [says('Bo', 5, 1)], moreBefore: true });
    await loading;
    void room.before();
    void room.before();
    expect(asked).toHaveLength(2);
  });

  it('puts the divider where the reader left, and takes it away when nothing came', async () => {
    const { room, asked, rows } = open();
    const loading = room.latest();
    await asked[0]?.give({ rows: [says('Bo', 5, 1)] });
    await loading;
    room.wentAway();
    expect(room.readTo).toEqual([5, 0]);
    room.cameBack();
    expect(room.readTo).toBeNull();
    room.wentAway();
    rows(6);
    room.cameBack();
    expect(room.readTo).toEqual([5, 0]);
  });
});
