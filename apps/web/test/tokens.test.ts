import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmojiOnly } from '../src/text/emoji-only.ts';
import { safeText } from '../src/text/safe.ts';
import { tokenise } from '../src/text/tokens.ts';

const links = (text: string): readonly string[] =>
  tokenise(text).flatMap((token) => (token.type === 'link' ? [token.href] : []));
const shown = (text: string): string =>
  tokenise(text)
    .map((token) => token.text)
    .join('');

describe('links in a message', () => {
  it('are http, https and mailto, and www by way of https', () => {
    expect(links('see http://a.example/x and https://b.example?q=1#f')).toEqual([
      'http://a.example/x',
      'https://b.example/?q=1#f',
    ]);
    expect(links('mailto:ada@example.org or www.example.org')).toEqual([
      'mailto:ada@example.org',
      'https://www.example.org/',
    ]);
  });

  it('are nothing that could run or read', () => {
    for (const bad of [
      'javascript:alert(1)',
      'JAVASCRIPT://a.example/%0aalert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'file:///etc/passwd',
      'intent://a.example',
      '<a href="javascript:alert(1)">x</a>',
    ]) {
      expect(links(bad), bad).toEqual([]);
      expect(shown(bad)).toBe(bad);
    }
  });

  it('do not show one host and lead to another', () => {
    expect(links('https://bank.example@evil.example/')).toEqual([]);
    expect(links('https://a.example/\u202Egpj.exe')).toEqual(['https://a.example/gpj.exe']);
    expect(links('https://a.example/\u200Bhidden')).toEqual(['https://a.example/']);
  });

  it('leave the punctuation of the sentence outside', () => {
    expect(links('(see https://a.example/b).')).toEqual(['https://a.example/b']);
    expect(links('https://a.example/b_(c), https://a.example/d!')).toEqual([
      'https://a.example/b_(c)',
      'https://a.example/d',
    ]);
    expect(links('“https://a.example/x”')).toEqual(['https://a.example/x']);
  });

  it('begin where a word begins', () => {
    expect(links('xhttps://a.example and me@www.example.org')).toEqual([]);
  });

  it('are bounded in number, and the rest stays text', () => {
    const text = 'http://a.example '.repeat(1000);
    expect(links(text)).toHaveLength(200);
    expect(shown(text)).toBe(text);
  });

  it('never change what the message says, and never lead elsewhere', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'http://',
        'https://a.example/',
        'mailto:',
        'javascript:',
        'www.',
        '@',
        ')',
        '\u202E',
        '\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        expect(shown(text)).toBe(safeText(text));
        for (const href of links(text)) expect(href).toMatch(/^(https?:\/\/|mailto:)/);
      }),
    );
  });

  it('are found in the longest message in no time', () => {
    const started = performance.now();
    tokenise('http://'.repeat(2286));
    tokenise('www.'.repeat(4000));
    tokenise(`https://a.example/${'('.repeat(15_900)}`);
    tokenise(`https://a.example/${')'.repeat(15_900)}`);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('what is shown of a message', () => {
  it('keeps line breaks and loses controls and overrides', () => {
    expect(safeText('a\r\nb\rc\n\td')).toBe('a\nb\nc\n\td');
    expect(safeText('a\u0000\u001B[31m\u202Eb\u2066c\u2069')).toBe('a[31mb\u2066c\u2069');
  });

  it('is large when it is a few emoji', () => {
    for (const text of ['😄', '🎉 🎉', '👩‍🚀', '🇻🇳❤️', '👍🏽']) expect(isEmojiOnly(text), text).toBe(true);
    for (const text of ['', 'a😄', '12', '😄😄😄😄😄😄', ':)']) expect(isEmojiOnly(text), text).toBe(false);
  });
});
