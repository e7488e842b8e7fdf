import { limits } from './limits.ts';

/** Why a nickname cannot be had by anybody. */
export type NicknameFault = 'empty' | 'too_long' | 'not_allowed';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Characters that make one name look like another or like nothing: controls, formats (bidi, zero width), private use,
 * unassigned, line breaks, whatever Unicode lets a font leave out, and the blank Braille pattern.
 */
const FORBIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** A mark that stands on nothing, or a heap of them, draws over the lines around it. */
const STRAY_MARKS = /(?:^| )\p{M}|\p{M}{5}/u;
const VISIBLE = /[\p{L}\p{N}\p{S}\p{P}]/u;
const EMOJI = /^\p{RGI_Emoji}$/v;
/** Variation selectors that choose no emoji, such as those NFKC leaves behind when it turns a sign into letters. */
const IDLE_SELECTOR = /\uFE0E|(?<!\p{Emoji})\uFE0F/gu;

/** The nickname as it is kept and shown: NFKC, single spaces, trimmed. SPEC [ID7]. */
export function normaliseNickname(input: string): string {
  return input
    .normalize('NFKC')
    .replace(IDLE_SELECTOR, '')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
}

/** What is wrong with a normalised nickname, or undefined. SPEC [ID8], [ID9]. */
export function nicknameFault(nickname: string): NicknameFault | undefined {
  if (nickname === '') return 'empty';
  // First of all, so that a hostile length costs nothing.
  if (nickname.length > limits.nicknameBytes) return 'too_long';
  if (!nickname.isWellFormed()) return 'not_allowed';
  const graphemes = Array.from(segmenter.segment(nickname), ({ segment }) => segment);
  if (graphemes.length > limits.nickname) return 'too_long';
  if (new TextEncoder().encode(nickname).length > limits.nicknameBytes) return 'too_long';
  // A joiner or a tag is part of the picture inside an emoji, and a disguise anywhere else.
  const plain = graphemes.filter((grapheme) => !EMOJI.test(grapheme));
  if (plain.some((grapheme) => FORBIDDEN.test(grapheme))) return 'not_allowed';
  const hasEmoji = plain.length < graphemes.length;
  if (!hasEmoji && !VISIBLE.test(nickname)) return 'empty';
  return STRAY_MARKS.test(nickname) ? 'not_allowed' : undefined;
}
