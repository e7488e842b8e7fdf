import { describe, expect, it } from 'vitest';
import { announce } from '../src/text/announce.ts';
import { GRADIENTS, gradientOf, initials } from '../src/text/portrait.ts';
import { dayLabel, dayOf, timeOf } from '../src/text/time.ts';
import { counted, named, typingLine } from '../src/text/words.ts';
import { noon, says } from './people.ts';

describe('times', () => {
  it('are two digits and twelve hours', () => {
    expect(timeOf(new Date(2026, 10, 23, 14, 45).getTime())).toBe('02:45 PM');
    expect(timeOf(new Date(2026, 10, 23, 0, 5).getTime())).toBe('12:05 AM');
  });

  it('say today, yesterday, then the day, then the year too', () => {
    const now = noon(0);
    expect(dayLabel(noon(5), now)).toBe('Today');
    expect(dayLabel(noon(0, 22), now)).toBe('Yesterday');
    expect(dayLabel(noon(0, 16), now)).toBe('Monday, November 16');
    expect(dayLabel(new Date(2025, 11, 31, 12).getTime(), now)).toBe('December 31, 2025');
    expect(dayOf(noon(0, 3))).toBe('2026-11-03');
  });
});

describe('names', () => {
  it('are gathered when there are many', () => {
    expect(named(['Kim'], 0)).toBe('Kim');
    expect(named(['Kim', 'Leo'], 0)).toBe('Kim and Leo');
    expect(named(['Kim', 'Leo', 'Mia'], 0)).toBe('Kim, Leo and Mia');
    expect(named(['Kim', 'Leo', 'Mia', 'Ada', 'Bo'], 0)).toBe('Kim, Leo and 3 others');
    expect(named(['Kim', 'Leo'], 3)).toBe('Kim, Leo and 3 others');
    expect(named(['Kim'], 1)).toBe('Kim and 1 other');
    expect(named([], 1200)).toBe('1,200 others');
  });

  it('tell who types', () => {
    expect(typingLine([])).toBe('');
    expect(typingLine(['Mia'])).toBe('Mia is typing');
    expect(typingLine(['Mia', 'Leo'])).toBe('Mia and Leo are typing');
    expect(typingLine(['Mia', 'Leo', 'Kim', 'Bo'])).toBe('Several people are typing');
  });

  it('count one and many', () => {
    expect(counted(1, 'message', 'messages')).toBe('1 message');
    expect(counted(1200, 'message', 'messages')).toBe('1,200 messages');
  });

  it('turn into portraits, the same ones everywhere', () => {
    expect(initials('Mia')).toBe('MI');
    expect(initials('Ânh')).toBe('ÂN');
    expect(initials('🦊 fox')).toBe('🦊');
    expect(initials('X')).toBe('X');
    expect(gradientOf('Mia')).toBe(gradientOf('mia'));
    for (const name of ['Ada', 'Bo', '世界', '']) expect(gradientOf(name)).toBeLessThan(GRADIENTS);
  });
});

describe('what a screen reader says', () => {
  it('is each of a few new messages', () => {
    expect(announce([says('Mia', 1, 0, { text: 'hi' }), says('Leo', 2, 0, { text: 'yo' })])).toEqual([
      'Mia: hi',
      'Leo: yo',
    ]);
  });

  it('is a number when there are many', () => {
    expect(announce(Array.from({ length: 5 }, (_, seq) => says('Mia', seq, 0)))).toEqual(['5 new messages']);
  });

  it('is short, and does not break a character in two', () => {
    const [line] = announce([says('Mia', 1, 0, { text: `${'a'.repeat(199)}😄${'b'.repeat(500)}` })]);
    expect(line).toBe(`Mia: ${'a'.repeat(199)}…`);
  });
});
