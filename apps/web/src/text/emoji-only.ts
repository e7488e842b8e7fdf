const EMOJI_ONLY = /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?){1,5}$/v;
/** The longest that five emoji can be; longer texts need no look. */
const LONGEST = 80;

/** A message of a few emoji and nothing else is shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= LONGEST && EMOJI_ONLY.test(text.replace(/\s/g, ''));
}
