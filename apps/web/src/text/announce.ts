import type { MessageRow } from '@aurora/chat/view';
import { sentLine } from './files.ts';
import { safeText } from './safe.ts';

/** More at once than this are counted, not read out. */
const MOST_SPOKEN = 3;
const LONGEST = 200;

/** What a screen reader says about messages that came in together. */
export function announce(arrivals: readonly MessageRow[]): readonly string[] {
  if (arrivals.length > MOST_SPOKEN) return [`${arrivals.length} new messages`];
  return arrivals.map((row) => {
    const words = short(safeText(row.text));
    if (row.files.length === 0) return `${row.author.nickname}: ${words}`;
    return words.trim() === '' ? sentLine(row) : `${sentLine(row)}. ${words}`;
  });
}

function short(words: string): string {
  if (words.length <= LONGEST) return words;
  const cut = words
    .slice(0, LONGEST)
    .toWellFormed()
    .replace(/\uFFFD$/, '');
  return `${cut}…`;
}
