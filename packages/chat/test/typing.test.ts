import { beforeEach, describe, expect, it } from 'vitest';
import { Typing } from '../src/core/room/typing.ts';
import { HandClock } from './support/clock.ts';
import { deviceNo } from './support/present.ts';

let clock: HandClock;
let changes: number;
let typing: Typing;

const ada = deviceNo(1);
const bo = deviceNo(2);

beforeEach(() => {
  clock = new HandClock();
  changes = 0;
  typing = new Typing(clock, () => {
    changes += 1;
  });
});

describe('who types', () => {
  it('is shown until six seconds after the last word of it', () => {
    typing.heard(ada, 'Ada', true);
    clock.pass(4_000);
    typing.heard(ada, 'Ada', true);
    clock.pass(5_999);
    expect(typing.nicknames).toEqual(['Ada']);
    clock.pass(1);
    expect(typing.nicknames).toEqual([]);
  });

  it('is told once, not at every signal', () => {
    typing.heard(ada, 'Ada', true);
    typing.heard(ada, 'Ada', true);
    expect(changes).toBe(1);
    typing.heard(ada, 'Ada', false);
    typing.heard(ada, 'Ada', false);
    expect(changes).toBe(2);
  });

  it('is no longer shown once their message came, they stopped or left, and others still are', () => {
    typing.heard(ada, 'Ada', true);
    typing.heard(bo, 'Bo', true);
    typing.over(ada);
    expect(typing.nicknames).toEqual(['Bo']);
    typing.heard(bo, 'Bo', false);
    expect(typing.nicknames).toEqual([]);
    expect(clock.waiting).toEqual([]);
    typing.over(bo);
    expect(changes).toBe(4);
  });

  it('is nobody after the connection was lost', () => {
    typing.heard(ada, 'Ada', true);
    typing.heard(bo, 'Bo', true);
    typing.clear();
    expect(typing.nicknames).toEqual([]);
    expect(clock.waiting).toEqual([]);
  });
});

describe('telling that one types', () => {
  it('is spaced out, however fast the keys are', () => {
    expect(typing.shouldTell(true)).toBe(true);
    clock.pass(3_499);
    expect(typing.shouldTell(true)).toBe(false);
    clock.pass(1);
    expect(typing.shouldTell(true)).toBe(true);
  });

  it('tells that it is over only when it was told that it began', () => {
    expect(typing.shouldTell(false)).toBe(false);
    expect(typing.shouldTell(true)).toBe(true);
    clock.pass(3_500);
    expect(typing.shouldTell(false)).toBe(true);
    clock.pass(3_500);
    expect(typing.shouldTell(false)).toBe(false);
  });

  it('says nothing after a message went out, which says it all', () => {
    typing.shouldTell(true);
    typing.sent();
    clock.pass(3_500);
    expect(typing.shouldTell(false)).toBe(false);
  });

  it('begins anew in a new session', () => {
    typing.shouldTell(true);
    typing.clear();
    expect(typing.shouldTell(true)).toBe(true);
  });
});
