import { limits, nicknameFault } from '@aurora/protocol';
import type { Directory } from '../../ports/directory.ts';
import type { Random } from '../../ports/random.ts';
import { looksOf } from './key.ts';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

function withNumber(nickname: string, number: number): string {
  const suffix = ` ${number}`;
  const graphemes = Array.from(segmenter.segment(nickname), ({ segment }) => segment);
  return (
    graphemes
      .slice(0, limits.nickname - suffix.length)
      .join('')
      .trim() + suffix
  );
}

/** A free nickname like this one. */
export async function suggestNickname(
  nickname: string,
  directory: Directory,
  random: Random,
): Promise<string | undefined> {
  const numbers = [
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    20 + random.below(80),
    200 + random.below(800),
    2000 + random.below(8000),
  ];
  const candidates = numbers
    .map((number) => withNumber(nickname, number))
    .filter((candidate) => nicknameFault(candidate) === undefined);
  const [first] = await directory.free(candidates.map(looksOf));
  return first === undefined ? undefined : candidates[first];
}
