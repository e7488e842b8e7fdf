import type { Failure } from '@aurora/chat/view';
import { draw, within } from './drawing.ts';
import { headOf } from './head.ts';
import { hasMetadata } from './metadata.ts';
import type { Prepared } from './prepare.ts';

const LONGEST = 2048;
const QUALITY = 0.85;
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/png': 'png',
};

const CANNOT: Failure = {
  code: 'cannot_shrink',
  message: 'This browser could not make the picture smaller. Send it as it is, or remove it.',
};

/**
 * A photo drawn anew at a size for screens: of all that a camera wrote beside the pixels, the place among it, nothing is left.
 * Rejects with a Failure rather than give a picture that still says it.
 */
export async function smaller(prepared: Prepared): Promise<Prepared> {
  const { file, photo } = prepared;
  if (!photo) return prepared;
  const content = await drawnAnew(file.content).catch(() => {
    throw CANNOT;
  });
  if (content.size >= file.content.size && !hasMetadata(await headOf(file.content))) return prepared;
  const { type } = content;
  return { ...prepared, file: { ...file, content, type, name: renamed(file.name, type) }, photo: false };
}

async function drawnAnew(content: Blob): Promise<Blob> {
  const picture = await createImageBitmap(content, { imageOrientation: 'from-image' });
  const drawing = draw(picture, within(picture, LONGEST));
  picture.close();
  return drawing.encode(drawing.transparent ? 'image/webp' : 'image/jpeg', QUALITY);
}

/** A name whose extension says what the file is now. */
export function renamed(name: string, type: string): string {
  const extension = EXTENSIONS[type] ?? '';
  if (extension === '' || (extension === 'jpg' && /\.jpe?g$/i.test(name))) return name;
  const dot = name.lastIndexOf('.');
  return `${dot > 0 ? name.slice(0, dot) : name}.${extension}`;
}
