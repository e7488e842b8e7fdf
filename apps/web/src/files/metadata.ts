/**
 * Whether a picture says more than its pixels: where and when it was taken, by whom, with what, or how it looked before. True
 * as well when that cannot be told from its first bytes: no picture may be taken for clean by mistake.
 */
export function hasMetadata(head: Uint8Array): boolean {
  if (says(head, 0, '\xff\xd8')) return !isCleanJpeg(head);
  if (says(head, 0, '\x89PNG\r\n\x1a\n')) return !isCleanPng(head);
  if (says(head, 0, 'RIFF') && says(head, 8, 'WEBP')) return !isCleanWebp(head);
  return true;
}

/** Whether a picture moves, which it would not any more once it was drawn anew. */
export function isAnimated(head: Uint8Array): boolean {
  const MOVES = 0x02;
  if (says(head, 8, 'WEBPVP8X')) return ((head[20] ?? 0) & MOVES) !== 0;
  return says(head, 0, '\x89PNG') && [...pngChunks(head)].includes('acTL');
}

function says(head: Uint8Array, at: number, text: string): boolean {
  return [...text].every((char, i) => head[at + i] === char.charCodeAt(0));
}

const viewOf = (head: Uint8Array): DataView => new DataView(head.buffer, head.byteOffset, head.byteLength);

/** What every decoder needs: JFIF's header, a colour profile, Adobe's transform. All else that an application added is metadata. */
function isCleanJpeg(head: Uint8Array): boolean {
  const view = viewOf(head);
  const START_OF_SCAN = 0xda;
  const COMMENT = 0xfe;
  for (let at = 2; at + 4 <= head.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === COMMENT) return false;
    if (marker === START_OF_SCAN) return true;
    const isApplication = marker >= 0xe0 && marker <= 0xef;
    const isKnown =
      (marker === 0xe0 && says(head, at + 4, 'JFIF\0')) ||
      (marker === 0xe2 && says(head, at + 4, 'ICC_PROFILE\0')) ||
      (marker === 0xee && says(head, at + 4, 'Adobe'));
    if (isApplication && !isKnown) return false;
  }
  return false;
}

/** Names of the chunks that are seen. */
function* pngChunks(head: Uint8Array): Generator<string> {
  const view = viewOf(head);
  for (let at = 8; at + 12 <= head.length; at += 12 + view.getUint32(at))
    yield String.fromCharCode(...head.subarray(at + 4, at + 8));
}

/** Words may come after the pixels too, so a PNG is clean only if all of it is seen. */
function isCleanPng(head: Uint8Array): boolean {
  const names = [...pngChunks(head)];
  return (
    names.at(-1) === 'IEND' && !names.some((name) => /^(eXIf|tEXt|zTXt|iTXt|tIME|iDOT|caBX)$/.test(name))
  );
}

function isCleanWebp(head: Uint8Array): boolean {
  const EXIF_OR_XMP = 0x0c;
  if (head.length < 21) return false;
  return !says(head, 12, 'VP8X') || ((head[20] ?? 0) & EXIF_OR_XMP) === 0;
}
