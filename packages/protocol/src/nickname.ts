import { limits } from './limits.ts';

/** Why a nickname cannot be had by anybody. */
export type NicknameFault = 'empty' | 'too_long' | 'not_allowed';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Characters that make one name look like another or like nothing: controls, formats (bidi, zero width), surrogates,
 * private use, unassigned, line breaks, and spaces other than U+0020. A zero-width joiner is let through only inside
 * an emoji, where it is part of the picture.
 */
const FORBIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0\u034F\u17B4\u17B5\u2800]/u;
const EMOJI = /^\p{RGI_Emoji}$/v;

/** The nickname as it is kept and shown: NFKC, single spaces, trimmed. SPEC [ID7]. */
export function normaliseNickname(input: string): string {
  return input
    .normalize('NFKC')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
}

/** What is wrong with a normalised nickname, or undefined. */
export function nicknameFault(nickname: string): NicknameFault | undefined {
  if (nickname === '') return 'empty';
  if (nickname.length > limits.nicknameBytes) return 'too_long';
  if (!nickname.isWellFormed()) return 'not_allowed';
  const graphemes = Array.from(segmenter.segment(nickname), ({ segment }) => segment);
  if (graphemes.length > limits.nickname) return 'too_long';
  if (new TextEncoder().encode(nickname).length > limits.nicknameBytes) return 'too_long';
  const plain = graphemes.filter((grapheme) => !EMOJI.test(grapheme));
  if (plain.some((grapheme) => FORBIDDEN.test(grapheme))) return 'not_allowed';
  if (!/[\p{L}\p{N}\p{S}\p{P}]/u.test(nickname) && plain.length === graphemes.length) return 'empty';
  return undefined;
}
