import { LOUNGE } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { settle } from './support/clock.ts';
import { Device } from './support/keys.ts';
import { roomy, World } from './support/world.ts';

const everybody = { room: LOUNGE, search: '', after: null, limit: 200 };

describe('presence', () => {
  it('[PR1] Ada with two tabs is one person, present until both are gone', async () => {
    const world = new World();
    const device = new Device('Ada');
    const bo = await world.join('Bo');
    const tabs = [await world.join(device), await world.join(device)];
    expect((await bo.ask('people', everybody)).count).toBe(2);
    tabs[0]?.line?.close();
    await world.clock.advance(10_000);
    expect((await bo.ask('people', everybody)).count).toBe(2);
    tabs[1]?.line?.close();
    await world.clock.advance(10_000);
    expect((await bo.ask('people', everybody)).people).toMatchObject([{ nickname: 'Bo' }]);
  });

  it('[PR2] Bo is told at once who came, then at most once a second', async () => {
    const world = new World();
    const bo = await world.join('Bo');
    await world.clock.advance(2000);
    const before = bo.all('presence').length;
    for (const nickname of ['Ada', 'Cy', 'Di']) {
      await world.join(nickname);
      await world.clock.advance(200);
    }
    await world.clock.advance(1000);
    const told = bo.all('presence').slice(before);
    expect(told.map(({ joined }) => joined.map(({ nickname }) => nickname))).toEqual([['Ada'], ['Cy', 'Di']]);
    expect(told.map(({ count }) => count)).toEqual([2, 4]);
  });

  it('[PR3] a reload is neither a leave nor a join; going is told after five seconds', async () => {
    const world = new World();
    const bo = await world.join('Bo');
    const device = new Device('Ada');
    const ada = await world.join(device);
    await world.clock.advance(2000);
    const before = bo.all('presence').length;
    ada.line?.close();
    await world.clock.advance(4000);
    const again = await world.join(device);
    await world.clock.advance(9000);
    expect(bo.all('presence')).toHaveLength(before);
    again.line?.close();
    await world.clock.advance(4999);
    expect(bo.all('presence')).toHaveLength(before);
    await world.clock.advance(1);
    await settle();
    expect(bo.all('presence').at(-1)).toMatchObject({ left: [{ nickname: 'Ada' }], joined: [], count: 1 });
  });

  it('[PR4] who joins and leaves within one gathering is not told', async () => {
    const world = new World({ leaveGrace: 0 });
    const bo = await world.join('Bo');
    await world.join('Cy');
    await world.clock.advance(100);
    const before = bo.all('presence').length;
    (await world.join('Ada')).line?.close();
    await world.clock.advance(5000);
    expect(bo.all('presence').slice(before)).toEqual([]);
  });

  it('[PR5] many are named up to twenty a side, and only counted in a crowd', async () => {
    const world = new World(roomy);
    const bo = await world.join('Bo');
    await world.clock.advance(2000);
    const before = bo.all('presence').length;
    await world.join('Cy');
    await world.clock.advance(1);
    for (let n = 0; n < 30; n += 1) await world.join(`Guest ${n + 100}`);
    await world.clock.advance(1000);
    const [, many] = bo.all('presence').slice(before);
    expect([many?.joined.length, many?.joinedMore, many?.count]).toEqual([20, 10, 32]);
    for (let n = 0; n < 200; n += 1) await world.join(`Crowd ${n + 100}`);
    await world.clock.advance(1000);
    expect(bo.all('presence').at(-1)).toMatchObject({ joined: [], joinedMore: 200, count: 232 });
  }, 60_000);

  it('[OP16] [OP17] people come by nickname in pages, and are found by part of it in any case', async () => {
    const world = new World(roomy);
    for (const nickname of ['Cy', 'ada', 'Bo', 'Ａdam']) await world.join(nickname);
    const eve = await world.join('Eve');
    const names = (page: { people: { nickname: string }[] }) => page.people.map(({ nickname }) => nickname);
    const first = await eve.ask('people', { ...everybody, limit: 3 });
    expect([names(first), first.count, first.more]).toEqual([['ada', 'Adam', 'Bo'], 5, true]);
    const after = first.people.at(-1)?.identity ?? null;
    const rest = await eve.ask('people', { ...everybody, limit: 3, after });
    expect([names(rest), rest.more]).toEqual([['Cy', 'Eve'], false]);
    const found = await eve.ask('people', { ...everybody, search: 'ADA' });
    expect([names(found), found.count]).toEqual([['ada', 'Adam'], 2]);
  });
});
