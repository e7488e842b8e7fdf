import { describe, expect, it } from 'vitest';
import { looksOf } from '../src/core/nickname/key.ts';

function collide(a: string, b: string): boolean {
  const [left, right] = [looksOf(a), looksOf(b)];
  return left[0] === right[0] || left[1] === right[1];
}

describe('[ID10] nicknames that look alike', () => {
  it.each([
    ['Ada', 'ADA', 'case'],
    ['Ada', 'Аda', 'Cyrillic'],
    ['Ada', 'Ａｄａ', 'width'],
    ['Straße', 'STRASSE', 'full case folding'],
    ['paypal', 'paypa1', 'a digit'],
    ['paypal', 'paypaI', 'a capital I'],
    ['Bo', 'B0', 'a zero'],
    ['rna', 'ma', 'two letters for one'],
    ['Ζωή', 'ζωή', 'Greek case'],
    ['ﬁne', 'fine', 'a ligature'],
    ['Zoë', 'Zoe\u0308', 'composition'],
    ['Ada  Lovelace', 'Ada Lovelace', 'spaces'],
  ])('%s and %s are one (%s)', (a, b) => expect(collide(a, b)).toBe(true));

  it.each([
    ['Ada', 'Adam'],
    ['Ada', 'Ida'],
    ['Bo', 'Bob'],
    ['Ada', 'Ada 2'],
    ['Zoë', 'Zoe'],
    ['🦊', '🐺'],
    ['李雷', '李蕾'],
  ])('%s and %s are two', (a, b) => expect(collide(a, b)).toBe(false));
});
