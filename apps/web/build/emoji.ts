import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const ID = 'virtual:emoji';
/** Skin tones and hair on their own: parts of emoji, nothing that anybody sends. */
const COMPONENTS = 2;

interface Compact {
  readonly unicode: string;
  readonly label: string;
  readonly hexcode: string;
  readonly group?: number;
  readonly order?: number;
  readonly tags?: readonly string[];
}
type Shortcodes = Readonly<Record<string, string | readonly string[]>>;

const require = createRequire(import.meta.url);
function read<Data>(name: string): Data {
  return JSON.parse(readFileSync(require.resolve(`emojibase-data/en/${name}.json`), 'utf8'));
}

/** One line an emoji: character, name, group, shortcodes (GitHub's first), search words. A fifth of the raw data. */
function table(): readonly (readonly [string, string, number, string, string])[] {
  const github = read<Shortcodes>('shortcodes/github');
  const emojibase = read<Shortcodes>('shortcodes/emojibase');
  const known = new Set<string>();
  const emoji = read<readonly Compact[]>('compact')
    .filter(({ group }) => group !== undefined && group !== COMPONENTS)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  // GitHub's names are what people type, so they are given away first: `:smile:` must not go to another face.
  const codes = new Map<string, string[]>(emoji.map(({ hexcode }) => [hexcode, []]));
  for (const names of [github, emojibase]) {
    for (const { hexcode } of emoji) {
      for (const name of [names[hexcode] ?? []].flat()) {
        if (known.has(name)) continue;
        known.add(name);
        codes.get(hexcode)?.push(name);
      }
    }
  }
  return emoji.map(({ unicode, label, hexcode, group, tags }) => {
    const words = new Set(label.split(/[\s:,]+/));
    const more = (tags ?? []).filter((tag) => !words.has(tag));
    return [unicode, label, group ?? 0, (codes.get(hexcode) ?? []).join(' '), more.join(' ')] as const;
  });
}

/** Serves `virtual:emoji`: emojibase's data, cut down to what the picker and the shortcodes need. */
export function emojiData(): Plugin {
  return {
    name: 'aurora:emoji',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) =>
      id === `\0${ID}` ? `export default JSON.parse(${JSON.stringify(JSON.stringify(table()))});` : undefined,
  };
}
