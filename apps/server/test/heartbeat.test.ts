import { describe, expect, it } from 'vitest';
import { addressOf } from '../src/adapters/http/address.ts';
import { frameBinary } from '../src/adapters/ws/frame.ts';
import { type Beating, Heartbeat } from '../src/adapters/ws/heartbeat.ts';
import { VirtualClock } from './support/clock.ts';

class Line implements Beating {
  heard = true;
  unanswered = 0;
  pings = 0;
  dropped = false;
  readonly #answers: boolean;

  constructor(answers: boolean) {
    this.#answers = answers;
  }

  ping(): void {
    this.pings += 1;
    this.heard ||= this.#answers;
  }

  drop(): void {
    this.dropped = true;
  }
}

describe('[TR8] the heartbeat', () => {
  it('leaves a line alone that speaks, pings one that is silent, and drops one that is dead', async () => {
    const clock = new VirtualClock();
    const heartbeat = new Heartbeat(clock);
    const [alive, dead] = [new Line(true), new Line(false)];
    heartbeat.add(alive);
    heartbeat.add(dead);
    await clock.advance(60_000);
    expect([alive.pings, dead.pings, dead.dropped]).toEqual([1, 1, false]);
    await clock.advance(62_000);
    expect([alive.dropped, dead.dropped]).toEqual([false, true]);
    heartbeat.stop();
  });

  it('spreads a crowd’s pings over the round', async () => {
    const clock = new VirtualClock();
    const heartbeat = new Heartbeat(clock);
    const crowd = Array.from({ length: 300 }, () => new Line(true));
    for (const line of crowd) heartbeat.add(line);
    await clock.advance(31_000);
    const before = crowd.filter(({ pings }) => pings > 0).length;
    await clock.advance(1000);
    expect(crowd.filter(({ pings }) => pings > 0).length - before).toBeLessThanOrEqual(10);
    heartbeat.stop();
  });
});

describe('an address', () => {
  const of = (remoteAddress: string, forwarded?: string, trust = false) =>
    addressOf({ headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } } as never, trust);

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (address, counted) => expect(of(address)).toBe(counted));

  it('is the proxy’s word only when the proxy is trusted, and then its last', () => {
    expect(of('10.0.0.1', '192.0.2.9')).toBe('10.0.0.1');
    expect(of('10.0.0.1', '6.6.6.6, 192.0.2.9', true)).toBe('192.0.2.9');
  });
});

describe('a frame', () => {
  it.each([
    [0, 2],
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ])('of %i bytes has a header of %i', (length, header) => {
    const framed = Buffer.from(frameBinary(new Uint8Array(length).fill(7)));
    expect(framed.length).toBe(header + length);
    expect(framed[0]).toBe(0x82);
    const told =
      header === 2 ? framed[1] : header === 4 ? framed.readUInt16BE(2) : Number(framed.readBigUInt64BE(2));
    expect(told).toBe(length);
    expect(framed.subarray(header).every((byte) => byte === 7)).toBe(true);
  });
});
