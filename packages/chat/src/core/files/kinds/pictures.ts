import type { Head } from './head.ts';
import { type Kind, picture } from './kind.ts';

export function png(head: Head): Kind | null {
  if (!head.says(0, '\x89PNG\r\n\x1a\n') || !head.says(12, 'IHDR') || head.u32(8) !== 13) return null;
  return picture('image/png', head.u32(16), head.u32(20));
}

export function jpeg(head: Head): Kind | null {
  if (!head.says(0, '\xff\xd8\xff')) return null;
  const { width, height } = jpegSize(head);
  return picture('image/jpeg', width, height);
}

const UNKNOWN = { width: 0, height: 0 };

const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
const isSegment = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf) || (marker >= 0xdb && marker <= 0xef) || marker === 0xfe;
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/**
 * The largest of all frames before the scan. Decoders skip what is no marker, each in its own way: a file that has any such, or
 * whose scan is not seen, tells no size, since they could read another one in it.
 */
function jpegSize(head: Head): { width: number; height: number } {
  let [width, height] = [0, 0];
  let at = 2;
  while (head.u8(at) === 0xff) {
    const marker = head.u8(at + 1);
    if (marker === 0xda) return { width, height };
    // Any number of fill bytes may come before a marker, and some markers have no length.
    if (marker === 0xff) at += 1;
    else if (isBare(marker)) at += 2;
    else if (!isSegment(marker) || head.u16(at + 2) < 2) return UNKNOWN;
    else {
      if (isFrame(marker)) {
        width = Math.max(width, head.u16(at + 7));
        height = Math.max(height, head.u16(at + 5));
      }
      at += 2 + head.u16(at + 2);
    }
  }
  return UNKNOWN;
}

export function gif(head: Head): Kind | null {
  if (!head.says(0, 'GIF87a') && !head.says(0, 'GIF89a')) return null;
  const first = gifImage(head);
  if (first === null) return picture('image/gif', 0, 0);
  // A first image that is larger than its canvas makes some browsers grow the canvas.
  const width = Math.max(head.u16le(6), head.u16le(first + 1) + head.u16le(first + 5));
  const height = Math.max(head.u16le(8), head.u16le(first + 3) + head.u16le(first + 7));
  return picture('image/gif', width, height);
}

const colours = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));

/** Where the first image stands; null if it is not seen, or browsers could see another. */
function gifImage(head: Head): number | null {
  let at = 13 + colours(head.u8(10));
  while (head.u8(at) === 0x21) {
    const label = head.u8(at + 1);
    // Some browsers read at least 4 bytes of the one and 3 of the other, however few it says it has.
    if (label === 0xf9 && head.u8(at + 2) !== 4) return null;
    const loops = label === 0xff && (head.says(at + 3, 'NETSCAPE2.0') || head.says(at + 3, 'ANIMEXTS1.0'));
    at += 2;
    for (let length = head.u8(at); length !== 0; length = head.u8(at)) {
      if (loops && length < 3) return null;
      at += 1 + length;
    }
    at += 1;
  }
  return head.u8(at) === 0x2c && at + 9 < head.length ? at : null;
}

export function webp(head: Head): Kind | null {
  if (!head.says(0, 'RIFF') || !head.says(8, 'WEBP')) return null;
  const type = 'image/webp';
  if (head.says(12, 'VP8X')) return picture(type, head.u24le(24) + 1, head.u24le(27) + 1);
  if (head.says(12, 'VP8L') && head.u8(20) === 0x2f) {
    const low = head.u16le(21);
    const high = head.u16le(23);
    return picture(type, (low & 0x3fff) + 1, ((low >> 14) | ((high & 0xfff) << 2)) + 1);
  }
  if (head.says(12, 'VP8 ') && head.says(23, '\x9d\x01\x2a'))
    return picture(type, head.u16le(26) & 0x3fff, head.u16le(28) & 0x3fff);
  return picture(type, 0, 0);
}
