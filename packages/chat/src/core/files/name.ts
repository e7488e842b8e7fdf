/** UTF-8 bytes of a name that every common file system takes with some room, and of the extension that is kept of a longer one. */
const MOST_BYTES = 200;
const MOST_EXTENSION = 20;
const NAMELESS = 'file';

/** Device names of Windows, which open something else than a file, with any extension (also with its superscript digits). */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(\.|$)/i;
/** What no file system takes in a name, or takes for a way through folders; and letters that look like such signs. */
const SEPARATORS = /[/\\]/;
const FORBIDDEN = /[<>:"|?*\u2044\u2215\u29f8\u29f9\ufe68\uff0f\uff3c\uff1a\u2236\ua789]/gu;
/** Controls, what turns or hides the letters around it (bidi, zero width), private and unassigned letters, and line ends. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A file's name as it may be shown and saved under: one line that reads from its beginning to its end as it is, with no way out of a
 * folder in it. Senders and readers both apply it, since a sender may be anybody. Applied twice it changes nothing more.
 */
export function cleanName(given: string): string {
  const last = given.toWellFormed().split(SEPARATORS).at(-1) ?? '';
  const plain = last
    .replace(/\s/gu, ' ')
    .replace(UNSEEN, '')
    .replace(FORBIDDEN, '_')
    .replace(/ +/g, ' ')
    .normalize('NFC');
  const name = shortened(trimmed(plain));
  if (name === '') return NAMELESS;
  return RESERVED.test(name) ? `_${name}` : name;
}

/** Windows drops dots and spaces at the end; a dot at the beginning hides a file elsewhere. */
const trimmed = (name: string): string => name.replace(/^[.\s]+|[.\s]+$/gu, '');

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

function shortened(name: string): string {
  if (bytesOf(name) <= MOST_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && bytesOf(name.slice(dot)) <= MOST_EXTENSION ? name.slice(dot) : '';
  const room = MOST_BYTES - bytesOf(extension);
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(
    name.slice(0, name.length - extension.length),
  )) {
    if (bytesOf(kept) + bytesOf(segment) > room) break;
    kept += segment;
  }
  return trimmed(`${trimmed(kept)}${extension}`);
}
