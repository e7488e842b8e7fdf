import type { MessageRow } from '@aurora/chat/view';
import { safeText } from './safe.ts';

/** More at once than this are counted, not read out. */
const MOST_SPOKEN = 3;
const LONGEST = 200;

/** What a screen reader says about messages that came in together. */
export function announce(arrivals: readonly MessageRow[]): readonly string[] {
  if (arrivals.length > MOST_SPOKEN) return [`${arrivals.length} new messages`];
  return arrivals.map(({ author, text }) => {
    const words = safeText(text);
    const short =
      words.length > LONGEST
        ? `${words
            .slice(0, LONGEST)
            .toWellFormed()
            .replace(/\uFFFD$/, '')}…`
        : words;
    return `${author.nickname}: ${short}`;
  });
}
