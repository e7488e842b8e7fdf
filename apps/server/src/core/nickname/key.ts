import { normaliseNickname } from '@aurora/protocol';
import type { Looks } from '../../ports/directory.ts';
import { FOLDS, SKELETONS } from './generated/look-alikes.ts';

function table(lines: string): ReadonlyMap<string, string> {
  return new Map(
    lines.split('\n').map((line) => {
      const char = String.fromCodePoint(line.codePointAt(0) ?? 0);
      return [char, line.slice(char.length)];
    }),
  );
}

const folds = table(FOLDS);
const skeletons = table(SKELETONS);

function replaceEach(text: string, by: ReadonlyMap<string, string>): string {
  let out = '';
  for (const char of text) out += by.get(char) ?? char;
  return out;
}

/** The text without its differences of case and width. */
export function foldNickname(text: string): string {
  return replaceEach(normaliseNickname(text), folds);
}

function skeleton(text: string): string {
  return replaceEach(text.normalize('NFD'), skeletons).normalize('NFD');
}

/** What a nickname looks like, for the directory to compare. */
export function looksOf(nickname: string): Looks {
  const normal = normaliseNickname(nickname);
  return [
    replaceEach(skeleton(foldNickname(normal)), folds),
    replaceEach(skeleton(replaceEach(skeleton(normal), folds)), folds),
  ];
}
