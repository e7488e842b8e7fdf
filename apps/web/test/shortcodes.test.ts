import { beforeAll, describe, expect, it } from 'vitest';
import { codeFor, type EmojiBook, loadEmoji, searchEmoji } from '../src/emoji/data.ts';
import { closedAt, hasShortcode, openAt, withEmoji } from '../src/emoji/shortcodes.ts';

let book: EmojiBook;
beforeAll(async () => {
  book = await loadEmoji();
});

/** What the text becomes when the caret `|` has just typed the last character. */
function typed(marked: string): string {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = closedAt(text, caret, book);
  return found ? text.slice(0, found.start) + found.text + text.slice(found.end) : text;
}

describe('a shortcode', () => {
  it('becomes its emoji when its second colon is typed', () => {
    expect(typed(':smile:|')).toBe('😄');
    expect(typed('well :Smile:| done')).toBe('well 😄 done');
    expect(typed('(:+1:|')).toBe('(👍️');
  });

  it('stays text where it is not one', () => {
    for (const text of ['std::cout::|', '10:30:|', ':nothing_like_it:|', 'a:smile:|', '::|', ':|']) {
      expect(typed(text)).toBe(text.replace('|', ''));
    }
  });

  it('is asked for after two letters', () => {
    expect(openAt('so :smi', 7)).toEqual({ start: 3, query: 'smi' });
    expect(openAt(':s', 2)).toBeUndefined();
    expect(openAt('http://a', 8)).toBeUndefined();
    expect(openAt('12:30', 5)).toBeUndefined();
  });

  it('is replaced everywhere in a pasted text', () => {
    expect(withEmoji('go :tada: and :heart: at 10:30:00, :unknown:', book)).toBe(
      'go 🎉 and ❤️ at 10:30:00, :unknown:',
    );
    expect(hasShortcode('go :tada:')).toBe(true);
    expect(hasShortcode('a ratio of 3:4:5')).toBe(false);
  });
});

describe('the search for emoji', () => {
  it('puts the shortest name first', () => {
    const [first] = searchEmoji(book, 'smi', 8);
    expect(first && codeFor(first, 'smi')).toBe('smile');
  });

  it('finds by name, shortcode and related words', () => {
    const found = (query: string): readonly string[] =>
      searchEmoji(book, query, 50).map(({ character }) => character);
    expect(found('rocket')[0]).toBe('🚀');
    expect(found('tada')[0]).toBe('🎉');
    expect(found('flag vietnam')).toContain('🇻🇳');
    expect(found('')).toEqual([]);
    expect(found('no such thing at all')).toEqual([]);
  });

  it('knows every emoji by one name only', () => {
    const characters = book.all.map(({ character }) => character);
    expect(new Set(characters).size).toBe(characters.length);
    expect(characters.length).toBeGreaterThan(1800);
  });
});
