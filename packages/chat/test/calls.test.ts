import { CodecError, type Millis, type RequestId } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { Calls } from '../src/core/calls.ts';

let calls: Calls;

beforeEach(() => {
  calls = new Calls();
});

const pong = { time: 5 as Millis, rooms: [] };

describe('the questions of one connection', () => {
  it('gives each answer to the one who asked, in whatever order the answers come', async () => {
    const first = calls.open('ping');
    const second = calls.open('request_keys');
    expect(first.request).not.toBe(second.request);
    calls.answered({ type: 'ok', request: second.request, result: { holders: 3 } });
    calls.answered({ type: 'ok', request: first.request, result: pong });
    expect(await first.reply).toEqual(pong);
    expect(await second.reply).toEqual({ holders: 3 });
    expect(calls.count).toBe(0);
  });

  it('tells a refusal with its code, its words, and what may be tried instead', async () => {
    const { request, reply } = calls.open('auth');
    calls.refused({
      type: 'error',
      request,
      code: 'nickname_taken',
      message: 'Ada is taken.',
      retryAfter: null,
      suggestion: 'Ada 2',
    });
    await expect(reply).rejects.toMatchObject({
      name: 'RequestError',
      code: 'nickname_taken',
      message: 'Ada is taken.',
      suggestion: 'Ada 2',
      retryAfter: undefined,
    });
  });

  it('does not believe an answer of another shape: neither the one who asked nor the connection goes on', async () => {
    const { request, reply } = calls.open('request_keys');
    const refused = expect(reply).rejects.toThrow(CodecError);
    expect(() => calls.answered({ type: 'ok', request, result: { holders: 'many' } })).toThrow(CodecError);
    await refused;
  });

  it('does not believe an answer that nobody asked for, nor a second one', async () => {
    const nobody = 99 as RequestId;
    expect(() => calls.answered({ type: 'ok', request: nobody, result: pong })).toThrow(CodecError);
    const { request, reply } = calls.open('ping');
    calls.answered({ type: 'ok', request, result: pong });
    expect(() => calls.answered({ type: 'ok', request, result: pong })).toThrow(CodecError);
    expect(await reply).toEqual(pong);
  });

  it('says of every question without an answer that the connection was lost', async () => {
    const open = [calls.open('ping'), calls.open('ping')];
    const lost = open.map(({ reply }) => expect(reply).rejects.toMatchObject({ name: 'Disconnected' }));
    calls.abandon();
    await Promise.all(lost);
    expect(calls.count).toBe(0);
  });
});
