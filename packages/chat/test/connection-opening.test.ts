import { challengeBytes, closeCodes, LOUNGE, type Millis, type RequestId } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { answer, refusal } from './support/answer.ts';
import { START } from './support/clock.ts';
import { type Connected, connected, hello, NONCE, SERVER } from './support/connected.ts';
import { until } from './support/until.ts';

let ada: Connected;

beforeEach(async () => {
  ada = await connected('Ada');
});

describe('coming in', () => {
  it('the relay says hello, Ada proves her device for this relay and this socket, and is in', async () => {
    const line = ada.start();
    expect(ada.view).toEqual({ status: 'reconnecting', retryAt: null });
    expect(line.asked).toEqual([]);
    const proof = await ada.proof();
    if (proof.type !== 'auth') throw new Error('the first thing asked is not auth');
    expect(proof.credential).toEqual(ada.me.device.credential);
    const { devicePub } = ada.me.device.credential;
    const challenge = { origin: 'https://tests.example', serverId: SERVER, nonce: NONCE, devicePub };
    const signed = challengeBytes(challenge);
    const { verifyKey } = ada.me.member;
    expect(await crypto.subtle.verify('Ed25519', verifyKey, proof.signature, signed)).toBe(true);
    const { id: device, identity } = ada.me.device;
    line.tell(answer('auth', proof.request, { device, identity, time: START as Millis, rooms: [] }));
    await until(() => ada.connection.isLive);
    expect(ada.view).toEqual({ status: 'connected' });
    expect(ada.welcomes).toHaveLength(1);
  });

  it('asks nothing before she is in', async () => {
    ada.start();
    await expect(ada.connection.call('ping', {})).rejects.toMatchObject({ name: 'Disconnected' });
    expect(ada.lines.last.asked).toEqual([]);
  });

  it('goes by the relay’s clock, for her own may be a day off', async () => {
    const line = ada.start();
    line.tell(hello(undefined, START + 86_400_000));
    await until(() => line.asked.length > 0);
    ada.clock.pass(1_000);
    expect(ada.connection.now()).toBe(START + 86_401_000);
  });

  it('stops with words and a free nickname when somebody else has hers', async () => {
    const line = ada.start();
    const { request } = await ada.proof();
    line.tell(refusal(request, 'nickname_taken', { message: 'Ada is taken.', suggestion: 'Ada 2' }));
    const failure = { code: 'nickname_taken', message: 'Ada is taken.', suggestion: 'Ada 2' };
    await until(() => ada.refusals.length > 0);
    expect(ada.refusals).toEqual([failure]);
    expect(ada.view).toEqual({ status: 'offline', failure });
    expect(line.open).toBe(false);
    expect(ada.clock.waiting).toEqual([]);
  });

  it.each(['rate_limited', 'internal'] as const)('tries again when the relay says %s', async (code) => {
    const line = ada.start();
    const { request } = await ada.proof();
    line.tell(refusal(request, code));
    await until(() => !line.open);
    expect(ada.refusals).toEqual([]);
    expect(ada.view).toEqual({ status: 'reconnecting', retryAt: START + 500 });
  });

  it('says that the page is older or newer than the relay, and stops', () => {
    ada.start().tell(hello(2));
    expect(ada.view).toMatchObject({ status: 'offline', failure: { code: 'version_unsupported' } });
    expect(ada.lines.last.open).toBe(false);
    expect(ada.clock.waiting).toEqual([]);
  });

  it('gives up a relay that never says hello, and one that never answers the proof', async () => {
    const mute = ada.start();
    ada.clock.pass(20_000);
    expect(mute.open).toBe(false);
    ada.clock.pass(500);
    const slow = ada.lines.last;
    await ada.proof(slow);
    ada.clock.pass(20_000);
    expect(slow.open).toBe(false);
    expect(ada.view.status).toBe('reconnecting');
  });

  it('hears no news from a relay that has not yet believed her', async () => {
    const line = ada.start();
    await ada.proof();
    line.tell({ type: 'entries', room: LOUNGE, entries: [] });
    expect(ada.news).toEqual([]);
  });

  it.each([
    ['malformed bytes', () => Uint8Array.of(0xff, 0x00)],
    ['bytes that are no batch', () => Uint8Array.of(0x01)],
  ])('leaves a relay that sends %s, and comes back', (_, message) => {
    const line = ada.start();
    line.tellBytes(message());
    expect(line.open).toBe(false);
    expect(ada.view).toMatchObject({ status: 'reconnecting', retryAt: START + 500 });
  });

  it('leaves a relay that answers what nobody asked, and comes back', async () => {
    const line = ada.start();
    await ada.welcomed();
    line.tell(answer('ping', 77 as RequestId, { time: START as Millis, rooms: [] }));
    expect(line.open).toBe(false);
    expect(ada.losses).toBe(1);
    expect(ada.view).toMatchObject({ status: 'reconnecting' });
  });

  it('leaves a relay whose answer has another shape than what was asked for', async () => {
    const line = ada.start();
    await ada.welcomed();
    const asked = ada.connection.call('request_keys', { room: LOUNGE, epochs: [] });
    const refused = expect(asked).rejects.toThrow();
    const request = line.asked.at(-1)?.request ?? (0 as RequestId);
    line.tell({ type: 'ok', request, result: { holders: 'many' } });
    await refused;
    expect(line.open).toBe(false);
  });
});

describe('what the relay’s last word means', () => {
  it.each(['protocol_violation', 'auth_failed', 'retired', 'too_many_sessions'] as const)(
    '%s: stop, and say why',
    async (reason) => {
      ada.start();
      await ada.welcomed();
      ada.lines.last.drop(closeCodes[reason]);
      expect(ada.view).toMatchObject({ status: 'offline', failure: { code: reason } });
      expect(ada.clock.waiting).toEqual([]);
    },
  );

  it('an end that stops for a reason unknown here still has words', async () => {
    ada.start();
    await ada.welcomed();
    ada.lines.last.drop(4_042);
    expect(ada.view).toMatchObject({ status: 'offline', failure: { code: 'stopped' } });
  });

  it('something too large: stop, for the same would be too large again', async () => {
    ada.start();
    await ada.welcomed();
    ada.lines.last.drop(1009);
    expect(ada.view).toMatchObject({ status: 'offline', failure: { code: 'too_large' } });
  });

  it.each([1006, 1001, closeCodes.going_away, closeCodes.internal, closeCodes.slow_reader, 4_999])(
    '%i: come back by herself',
    async (code) => {
      ada.start();
      await ada.welcomed();
      ada.lines.last.drop(code);
      expect(ada.view).toEqual({ status: 'reconnecting', retryAt: START + 500 });
      ada.clock.pass(500);
      expect(ada.lines.all).toHaveLength(2);
    },
  );
});
