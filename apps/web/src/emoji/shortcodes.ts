import type { EmojiBook } from './data.ts';

/** A stretch of the text and what to put there. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const LONGEST_CODE = 64;
/** A colon begins a shortcode only where a word could begin: `std::cout` and `10:30:00` stay what they are. */
const OPEN = /(?:^|[^\p{L}\p{N}_:])(:([a-z0-9_+-]{1,64}))$/iu;
const WHOLE = /(?<![\p{L}\p{N}_:]):([a-z0-9_+-]{1,64}):/giu;

/** The shortcode that the caret has just closed, as in `:smile:|`. */
export function closedAt(text: string, caret: number, book: EmojiBook): Replacement | undefined {
  if (text[caret - 1] !== ':') return undefined;
  const from = Math.max(0, caret - LONGEST_CODE - 3);
  const match = OPEN.exec(text.slice(from, caret - 1));
  const emoji = match?.[2] === undefined ? undefined : book.byCode.get(match[2].toLowerCase());
  if (!match || !emoji) return undefined;
  return { start: caret - 1 - (match[1] ?? '').length, end: caret, text: emoji.character };
}

/** What is being typed after an open colon, as `smi` in `:smi|`; two letters at least, so that `:)` asks nothing. */
export function openAt(text: string, caret: number): { start: number; query: string } | undefined {
  const from = Math.max(0, caret - LONGEST_CODE - 3);
  const match = OPEN.exec(text.slice(from, caret));
  const query = match?.[2] ?? '';
  return query.length < 2 ? undefined : { start: caret - query.length - 1, query };
}

export function hasShortcode(text: string): boolean {
  return text.search(WHOLE) >= 0;
}

/** Every known shortcode of a text as its emoji; the rest stays as it was typed. */
export function withEmoji(text: string, book: EmojiBook): string {
  return text.replace(
    WHOLE,
    (whole, code: string) => book.byCode.get(code.toLowerCase())?.character ?? whole,
  );
}
