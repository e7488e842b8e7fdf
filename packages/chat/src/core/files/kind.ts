import { boxed } from './kinds/boxes.ts';
import { Head } from './kinds/head.ts';
import type { Kind } from './kinds/kind.ts';
import { gif, jpeg, png, webp } from './kinds/pictures.ts';
import { flac, mp3, ogg, wav } from './kinds/sounds.ts';
import { webm } from './kinds/webm.ts';

export type { Kind };

/** First bytes of a file that are enough to tell what it is, and how large a picture is. */
export const HEAD_BYTES: number = 1024 * 1024;

/** Beyond it a picture is a bomb: a small file that takes all of a device's memory to be shown. */
export const MOST_PIXELS = 40_000_000;

const FORMATS = [png, jpeg, gif, webp, boxed, webm, ogg, wav, flac, mp3];

/**
 * What a file is, by its first bytes and never by its name or what its sender calls it; null for all that is only ever saved.
 * A file can be two things at once, say a GIF and a script: it is shown under the type given here, by an element that shows
 * such things and runs nothing. What can hold scripts (SVG, HTML, XML, PDF) is not among the kinds.
 */
export function kindOf(head: Uint8Array): Kind | null {
  const seen = new Head(head.subarray(0, HEAD_BYTES));
  for (const format of FORMATS) {
    const kind = format(seen);
    if (kind !== null) return kind;
  }
  return null;
}

/** Whether it may be shown at once: a picture must tell its size, and one that can be borne. */
export function isShowable({ kind, width, height }: Kind, most: number = MOST_PIXELS): boolean {
  return kind !== 'picture' || (width !== null && height !== null && width * height <= most);
}

const DECLARED: Readonly<Record<Kind['kind'], RegExp>> = {
  picture: /^image\/(png|apng|jpe?g|pjpeg|gif|webp|avif)$/,
  sound: /^audio\/(mpeg|mp3|ogg|opus|vorbis|wav|wave|x-wav|vnd\.wave|flac|x-flac|mp4|m4a|x-m4a|webm)$/,
  film: /^video\/(mp4|webm|quicktime|x-m4v|m4v)$/,
};

/** What a file would be, if it is what its sender says. */
export function hintOf(type: string): Kind['kind'] | null {
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (DECLARED.picture.test(essence)) return 'picture';
  if (DECLARED.sound.test(essence)) return 'sound';
  return DECLARED.film.test(essence) ? 'film' : null;
}
