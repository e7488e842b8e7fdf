export interface Emoji {
  readonly character: string;
  readonly name: string;
  readonly group: number;
  readonly codes: readonly string[];
  /** Lower-case words to find it by. */
  readonly words: readonly string[];
}

export interface EmojiBook {
  readonly all: readonly Emoji[];
  /** Character by shortcode, without the colons. */
  readonly byCode: ReadonlyMap<string, Emoji>;
}

export const emojiGroups: readonly {
  readonly group: number;
  readonly name: string;
  readonly face: string;
}[] = [
  { group: 0, name: 'Smileys and emotion', face: '😀' },
  { group: 1, name: 'People and body', face: '👋' },
  { group: 3, name: 'Animals and nature', face: '🌿' },
  { group: 4, name: 'Food and drink', face: '🍵' },
  { group: 5, name: 'Travel and places', face: '🏔️' },
  { group: 6, name: 'Activities', face: '🎈' },
  { group: 7, name: 'Objects', face: '💡' },
  { group: 8, name: 'Symbols', face: '💠' },
  { group: 9, name: 'Flags', face: '🏁' },
];

let book: Promise<EmojiBook> | undefined;

/** The emoji data, fetched once and only when somebody needs it. */
export function loadEmoji(): Promise<EmojiBook> {
  book ??= import('virtual:emoji').then(
    ({ default: table }) => bookOf(table),
    (failure: unknown) => {
      book = undefined;
      throw failure;
    },
  );
  return book;
}

function bookOf(table: readonly (readonly [string, string, number, string, string])[]): EmojiBook {
  const all = table.map(([character, name, group, codes, words]) => ({
    character,
    name,
    group,
    codes: codes === '' ? [] : codes.split(' '),
    words: `${name} ${codes.replaceAll('_', ' ')} ${words}`.toLowerCase().split(/[\s:,]+/),
  }));
  return { all, byCode: new Map(all.flatMap((emoji) => emoji.codes.map((code) => [code, emoji] as const))) };
}

/** Emoji for what somebody typed: names that begin with it first, then those with every word. */
export function searchEmoji(book: EmojiBook, query: string, most: number): readonly Emoji[] {
  const wanted = query
    .toLowerCase()
    .split(/[\s_:]+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return [];
  const found = book.all.filter(({ words }) =>
    wanted.every((want) => words.some((word) => word.startsWith(want))),
  );
  const rank = ({ name, codes }: Emoji): number => {
    const plain = wanted.join('_');
    if (codes.includes(plain)) return 0;
    if (codes.some((code) => code.startsWith(plain))) return 1;
    return name.toLowerCase().startsWith(wanted.join(' ')) ? 2 : 3;
  };
  // Among names that begin with it the shortest is nearest: `:smi` means `:smile:` before `:smiley:`.
  const length = (emoji: Emoji): number => codeFor(emoji, wanted.join('_')).length;
  return found
    .map((emoji) => [rank(emoji), emoji] as const)
    .sort(([a, one], [b, other]) => a - b || (a === 1 ? length(one) - length(other) : 0))
    .slice(0, most)
    .map(([, emoji]) => emoji);
}

/** The shortcode to show for an emoji that was found by `query`. */
export function codeFor({ codes, name }: Emoji, query: string): string {
  return codes.find((code) => code.startsWith(query.toLowerCase())) ?? codes[0] ?? name;
}
