const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const PICTURE = /\p{Extended_Pictographic}/u;
/** How many gradients `avatar.css` names; white initials keep 4.5 at both ends of each. */
export const GRADIENTS = 10;

/** Up to two characters that stand for a person: `MI` for Mia. */
export function initials(nickname: string): string {
  const letters = Array.from(segmenter.segment(nickname.trim()), ({ segment }) => segment);
  const [first = '?', second = ''] = letters;
  if (PICTURE.test(first)) return first;
  return (first + (PICTURE.test(second) || second === ' ' ? '' : second)).toLocaleUpperCase();
}

/** Which gradient a nickname gets: the same one on every device. */
export function gradientOf(nickname: string): number {
  let hash = 2166136261;
  for (const unit of nickname.toLowerCase()) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 16777619) >>> 0;
  }
  return (hash >>> 8) % GRADIENTS;
}
