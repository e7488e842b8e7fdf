import { type Epoch, type EpochRange, LOUNGE, limits, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import type { TestClient } from './support/client.ts';
import { settle } from './support/clock.ts';
import { Device } from './support/keys.ts';
import { roomy, World } from './support/world.ts';

function epochs(...ranges: [number, number][]): EpochRange[] & [Epoch, Epoch][] {
  return ranges.map(([first, last]) => [first as Epoch, last as Epoch]);
}

const hold = (client: TestClient, ...ranges: [number, number][]) =>
  client.ask('hold_keys', { room: LOUNGE, epochs: epochs(...ranges) });
const want = (client: TestClient, ...ranges: [number, number][]) =>
  client.ask('request_keys', { room: LOUNGE, epochs: epochs(...ranges) });
const asked = (client: TestClient) =>
  client.all('keys_requested').flatMap(({ requests }) => requests.map(({ device }) => device));

describe('asking for keys', () => {
  it('[KY2] [OP19] a lone newcomer is told of at once, to one holder, and to two more after half a second', async () => {
    const world = new World(roomy);
    const holders = await Promise.all(
      ['Ada', 'Bo', 'Cy', 'Di', 'Ed'].map((nickname) => world.join(nickname)),
    );
    for (const holder of holders) await hold(holder, [1, 3]);
    const device = new Device('Eve');
    const eve = await world.join(device);
    expect(await want(eve, [3, 3])).toEqual({ holders: 5 });
    await world.clock.advance(0);
    await settle();
    expect(holders.flatMap(asked)).toEqual([device.id]);
    await world.clock.advance(499);
    expect(holders.flatMap(asked)).toHaveLength(1);
    await world.clock.advance(1);
    await settle();
    expect(holders.map((holder) => asked(holder).length).sort()).toEqual([0, 0, 1, 1, 1]);
    await world.clock.advance(4_999);
    expect(holders.flatMap(asked)).toHaveLength(3);
    await world.clock.advance(1);
    await settle();
    expect(holders.flatMap(asked)).toHaveLength(4);
  });

  it('only who holds one of the epochs is asked', async () => {
    const world = new World(roomy);
    const ada = await world.join('Ada');
    const bo = await world.join('Bo');
    await hold(ada, [1, 2]);
    await hold(bo, [3, 4]);
    const eve = await world.join('Eve');
    expect(await want(eve, [2, 2])).toEqual({ holders: 1 });
    await world.clock.advance(5000);
    expect([asked(ada).length, asked(bo).length]).toEqual([1, 0]);
  });

  it('[KY3] a storm of newcomers is told to one holder in few messages', async () => {
    const world = new World(roomy);
    const ada = await world.join('Ada');
    await hold(ada, [1, 1]);
    const newcomers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => world.join(`Guest ${n + 100}`)),
    );
    await Promise.all(newcomers.map((one) => want(one, [1, 1])));
    await world.clock.advance(0);
    await world.clock.advance(1000);
    await settle();
    const told = ada.all('keys_requested').map(({ requests }) => requests.length);
    expect(told.reduce((a, b) => a + b)).toBe(300);
    expect(Math.max(...told)).toBeLessThanOrEqual(limits.keyRequests);
    expect(told.length).toBeLessThanOrEqual(3);
  }, 60_000);

  it('[KY3] after the first newcomer, those of the next second are told of together', async () => {
    const world = new World({ ...roomy, keyRetry: 60_000 });
    const ada = await world.join('Ada');
    await hold(ada, [1, 1]);
    const told = () => ada.all('keys_requested').map(({ requests }) => requests.length);
    const newcomers = await Promise.all(['Bo', 'Cy', 'Di'].map((nickname) => world.join(nickname)));
    for (const newcomer of newcomers) {
      await want(newcomer, [1, 1]);
      await world.clock.advance(100);
    }
    await settle();
    expect(told()).toEqual([1]);
    await world.clock.advance(1000);
    await settle();
    expect(told()).toEqual([1, 2]);
  });

  it('[KY4] a request stands until a holder comes, and ends when its asker has the key, asks for none, or goes', async () => {
    const world = new World(roomy);
    const people = await Promise.all(['Eve', 'Fay', 'Gus', 'Hal'].map((nickname) => world.join(nickname)));
    const [eve, fay, gus, hal] = people;
    if (!(eve && fay && gus && hal)) throw new Error('unreachable');
    for (const one of people) expect(await want(one, [1, 2])).toEqual({ holders: 0 });
    await world.clock.advance(10_000);
    await hold(fay, [1, 2]);
    await want(gus);
    hal.line?.close();
    const ada = await world.join('Ada');
    await hold(ada, [2, 2]);
    await world.clock.advance(500);
    const eveId = (await ada.ask('people', { room: LOUNGE, search: 'Eve', after: null, limit: 1 })).people[0]
      ?.device;
    expect(asked(ada)).toEqual([eveId]);
  });

  it('[KY5] nobody is asked for their own device’s request, on any tab', async () => {
    const world = new World(roomy);
    const device = new Device('Ada');
    const tab = await world.join(device);
    await hold(tab, [1, 1]);
    const other = await world.join(device);
    await want(other, [1, 1]);
    await world.clock.advance(5000);
    expect(asked(tab)).toEqual([]);
  });

  it('when the only holder that was told goes, another is', async () => {
    const world = new World(roomy);
    const ada = await world.join('Ada');
    await hold(ada, [1, 1]);
    const eve = await world.join('Eve');
    await want(eve, [1, 1]);
    await world.clock.advance(10);
    expect(asked(ada)).toHaveLength(1);
    ada.line?.close();
    const bo = await world.join('Bo');
    await hold(bo, [1, 1]);
    await settle();
    expect(asked(bo)).toHaveLength(1);
  });

  it('a range that ends before it starts is refused', async () => {
    const world = new World();
    const ada = await world.join('Ada');
    await expect(want(ada, [2, 1])).rejects.toMatchObject({ code: 'bad_request' });
    await expect(hold(ada, [2, 1])).rejects.toMatchObject({ code: 'bad_request' });
  });
});

describe('mailboxes', () => {
  const send = (client: TestClient, device: Device, text: string) =>
    client.ask('deliver', { room: LOUNGE, device: device.id, frame: utf8(text) });

  it('[KY8] [OP22] [OP23] Bo is told at once on his tabs; what came while he was away waits until collected', async () => {
    const world = new World();
    const device = new Device('Bo');
    const bo = await world.join(device);
    const ada = await world.join('Ada');
    await send(ada, device, 'here');
    const { delivery } = await bo.event('delivery');
    expect(delivery).toMatchObject({ room: LOUNGE, frame: utf8('here') });
    bo.line?.close();
    await send(ada, device, 'away');
    const back = await world.enter(device);
    const waiting = await back.ask('mailbox', {});
    expect(waiting.deliveries.map(({ frame }) => frame)).toEqual([utf8('here'), utf8('away')]);
    await back.ask('collect', { deliveries: waiting.deliveries.map(({ id }) => id) });
    expect(await back.ask('mailbox', {})).toEqual({ deliveries: [], more: false });
  });

  it('[OP21] nothing can be put into the mailbox of a stranger, of nobody, or by who has not joined', async () => {
    const world = new World();
    const stranger = new Device('Bo');
    await world.enter(stranger);
    const ada = await world.join('Ada');
    await expect(send(ada, stranger, 'x')).rejects.toMatchObject({ code: 'no_such_device' });
    await expect(send(ada, new Device('Cy'), 'x')).rejects.toMatchObject({ code: 'no_such_device' });
    const outside = await world.enter('Di');
    await expect(send(outside, stranger, 'x')).rejects.toMatchObject({ code: 'not_a_member' });
  });

  it('[KY10] nobody has more than thirty-two deliveries wait for Bo, and he hears of the others’', async () => {
    const world = new World();
    const device = new Device('Bo');
    await world.join(device);
    const ada = await world.join('Ada');
    for (let n = 0; n < limits.mailboxOfSender; n += 1) await send(ada, device, String(n));
    await expect(send(ada, device, 'one more')).rejects.toMatchObject({ code: 'mailbox_full' });
    await send(await world.join('Cy'), device, 'hello');
  });

  it('[KY7] a delivery that nobody collects is forgotten after a week', async () => {
    const world = new World();
    const device = new Device('Bo');
    const bo = await world.join(device);
    bo.line?.close();
    await send(await world.join('Ada'), device, 'old');
    await world.clock.advance(6 * 24 * 3_600_000);
    await send(await world.join('Cy'), device, 'newer');
    await world.clock.advance(25 * 3_600_000);
    const waiting = await (await world.enter(device)).ask('mailbox', {});
    expect(waiting.deliveries.map(({ frame }) => frame)).toEqual([utf8('newer')]);
  }, 60_000);
});
