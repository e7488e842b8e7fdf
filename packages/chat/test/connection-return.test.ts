import { LOUNGE, type Millis } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { answer } from './support/answer.ts';
import { START } from './support/clock.ts';
import { type Connected, connected, hello } from './support/connected.ts';
import { until } from './support/until.ts';

let ada: Connected;

beforeEach(async () => {
  ada = await connected('Ada', 0.999_999);
});

describe('coming back', () => {
  it('waits longer after each try in vain, and starts afresh once she was in', async () => {
    ada.start();
    const waits: number[] = [];
    for (let tries = 0; tries < 4; tries += 1) {
      ada.lines.last.drop(1006);
      waits.push(ada.clock.waiting[0] ?? 0);
      ada.clock.pass(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([999, 1_999, 3_999, 7_999]);
    await ada.welcomed();
    ada.lines.last.drop(1006);
    expect(ada.clock.waiting).toEqual([999]);
  });

  it('comes back when the relay wished, and after that by her own patience again', async () => {
    ada.start();
    await ada.welcomed();
    ada.lines.last.tell({ type: 'goaway', retryAfter: 3_210 });
    expect(ada.connection.isLive).toBe(true);
    ada.lines.last.drop(4100);
    expect(ada.view).toMatchObject({ retryAt: START + 3_210 });
    ada.clock.pass(3_210);
    ada.lines.last.drop(1006);
    expect(ada.clock.waiting[0]).toBeLessThan(2_000);
  });

  it('tries at once when she asks for it, and only then', async () => {
    ada.start().drop(1006);
    ada.connection.reconnect();
    expect(ada.lines.all).toHaveLength(2);
    expect(ada.view).toEqual({ status: 'reconnecting', retryAt: null });
    ada.connection.reconnect();
    expect(ada.lines.all).toHaveLength(2);
    await ada.welcomed();
    ada.connection.reconnect();
    expect(ada.lines.all).toHaveLength(2);
  });

  it('tries again when she asks, also after the relay told her to stop', async () => {
    ada.start().drop(4004);
    ada.clock.pass(600_000);
    expect(ada.lines.all).toHaveLength(1);
    ada.connection.reconnect();
    await ada.welcomed();
    expect(ada.view).toEqual({ status: 'connected' });
  });

  it('has one line at a time and never hears the words of an earlier one', async () => {
    const first = ada.start();
    await ada.welcomed();
    first.drop(1006);
    ada.clock.pass(1_000);
    const second = ada.lines.last;
    first.tell(hello());
    first.tellBytes(Uint8Array.of(0xff));
    first.drop(4000);
    expect(second.open).toBe(true);
    expect(ada.view).toEqual({ status: 'reconnecting', retryAt: null });
    await ada.welcomed();
    first.tell({ type: 'entries', room: LOUNGE, entries: [] });
    expect(ada.news).toEqual([]);
    second.tell({ type: 'entries', room: LOUNGE, entries: [] });
    expect(ada.news).toHaveLength(1);
  });

  it('tells whoever waits for an answer that the line broke', async () => {
    ada.start();
    await ada.welcomed();
    const lost = expect(ada.connection.call('ping', {})).rejects.toMatchObject({ name: 'Disconnected' });
    ada.lines.last.drop(1006);
    await lost;
    expect(ada.losses).toBe(1);
  });

  it('leaves for good when told to, and no timer brings her back', async () => {
    ada.start();
    await ada.welcomed();
    ada.connection.stop();
    expect(ada.lines.last.open).toBe(false);
    ada.connection.reconnect();
    ada.wifi.turn(false);
    ada.wifi.turn(true);
    ada.clock.pass(600_000);
    expect(ada.lines.all).toHaveLength(1);
    expect(ada.view).toEqual({ status: 'offline', failure: null });
  });
});

describe('the network', () => {
  it('is offline without one, tries nothing, and is back at once when it returns', async () => {
    ada.wifi.turn(false);
    ada.connection.start(ada.me.device);
    expect(ada.view).toEqual({ status: 'offline', failure: null });
    ada.clock.pass(600_000);
    expect(ada.lines.all).toHaveLength(0);
    ada.wifi.turn(true);
    await ada.welcomed();
    expect(ada.view).toEqual({ status: 'connected' });
  });

  it('hangs up when it goes, without waiting for the line to be found dead', async () => {
    const line = ada.start();
    await ada.welcomed();
    ada.wifi.turn(false);
    expect(line.open).toBe(false);
    expect(ada.losses).toBe(1);
    expect(ada.view).toEqual({ status: 'offline', failure: null });
    ada.clock.pass(600_000);
    expect(ada.lines.all).toHaveLength(1);
  });

  it('is asked now and then, for a device may forget to tell that its network is back', () => {
    ada.wifi.turn(false);
    ada.connection.start(ada.me.device);
    ada.clock.pass(60_000);
    ada.wifi.comeBackSilently();
    ada.clock.pass(3_000);
    expect(ada.lines.all).toHaveLength(1);
  });

  it('is tried when she asks for it, whatever the device thinks', () => {
    ada.wifi.turn(false);
    ada.connection.start(ada.me.device);
    ada.connection.reconnect();
    expect(ada.lines.all).toHaveLength(1);
  });

  it('cuts a wait short when it returns', () => {
    ada.start().drop(1006);
    ada.wifi.turn(true);
    expect(ada.lines.all).toHaveLength(2);
  });

  it('does not bring her back when the relay told her to stop', () => {
    ada.start().drop(4003);
    ada.wifi.turn(false);
    ada.wifi.turn(true);
    expect(ada.lines.all).toHaveLength(1);
    expect(ada.view).toMatchObject({ failure: { code: 'retired' } });
  });
});

describe('a silent line', () => {
  it('is tried after 25 s, and given up after 20 s more', async () => {
    const line = ada.start();
    await ada.welcomed();
    ada.clock.pass(24_999);
    expect(line.asked.map(({ type }) => type)).toEqual(['auth']);
    ada.clock.pass(1);
    expect(line.asked.map(({ type }) => type)).toEqual(['auth', 'ping']);
    ada.clock.pass(19_999);
    expect(line.open).toBe(true);
    ada.clock.pass(1);
    expect(line.open).toBe(false);
    expect(ada.view).toMatchObject({ status: 'reconnecting' });
  });

  it('is alive when it answers, and tells where the rooms stand', async () => {
    const line = ada.start();
    await ada.welcomed();
    const head = { room: LOUNGE, kind: 'open', generation: 1, seq: 7, epoch: 1 } as (typeof ada.heads)[0][0];
    for (let round = 1; round <= 3; round += 1) {
      ada.clock.pass(25_000);
      const ping = line.asked.at(-1);
      if (ping?.type !== 'ping') throw new Error('the line was not tried');
      line.tell(answer('ping', ping.request, { time: START as Millis, rooms: [head] }));
      await until(() => ada.heads.length === round);
    }
    expect(line.open).toBe(true);
    expect(ada.heads).toEqual([[head], [head], [head]]);
  });

  it('is given up when an answer is 20 s late, however little was asked', async () => {
    const line = ada.start();
    await ada.welcomed();
    const late = expect(ada.connection.call('ping', {})).rejects.toMatchObject({ name: 'Disconnected' });
    ada.clock.pass(20_000);
    expect(line.open).toBe(false);
    await late;
  });
});
