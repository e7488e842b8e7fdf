import { kindOf } from '@aurora/chat/kind';
import type { Bytes } from '@aurora/protocol';

/** A preview is small. A few kilobytes can say that they unfold to a billion pixels, which no page survives. */
const LONGEST = 1024;
const TYPES = new Set(['image/webp', 'image/jpeg', 'image/png']);

/** The preview of a file as something to show, or null when it is not a small picture. Its sender is not believed. */
export function showable(preview: Bytes): Blob | null {
  const kind = kindOf(preview);
  if (kind === null || !TYPES.has(kind.type) || kind.width === null || kind.height === null) return null;
  const fits = kind.width <= LONGEST && kind.height <= LONGEST;
  return fits ? new Blob([preview], { type: kind.type }) : null;
}
