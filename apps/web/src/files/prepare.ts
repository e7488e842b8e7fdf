import { isShowable, type Kind, kindOf } from '@aurora/chat/kind';
import type { OutgoingFile } from '@aurora/chat/view';
import { headOf } from './head.ts';
import { type Likeness, likenessOf } from './likeness.ts';
import { hasMetadata, isAnimated } from './metadata.ts';
import { look } from './player.ts';

export { filesIn, foldersIn } from './dropped.ts';
export { smaller } from './smaller.ts';

/** A file that somebody chose, and what to show of it before it is sent. */
export interface Prepared {
  readonly file: OutgoingFile;
  /** An object URL of a likeness; whoever shows it revokes it. */
  readonly url: string | null;
  /** A still photo, which can be made smaller and rid of what it says of its place. */
  readonly photo: boolean;
}

/** A picture that takes more to decode than it is worth. One's own may be as large as cameras make them. */
const MOST_BYTES = 100_000_000;
const MOST_PIXELS = 50_000_000;
/** From here on making a picture smaller is worth it even if it says nothing but its pixels. */
const LARGE = 300_000;

const HEIC = /^image\/hei[cf]$/i;
const PHOTOS = new Set(['image/jpeg', 'image/webp', 'image/png']);

/** Never fails: what cannot be looked into is sent without a likeness. */
export async function prepare(file: File): Promise<Prepared> {
  const bare: OutgoingFile = {
    content: file,
    name: file.name,
    type: file.type,
    preview: null,
    duration: null,
    voice: false,
  };
  const head = await headOf(file);
  const kind = kindOf(head);
  if (kind === null && !HEIC.test(file.type)) return { file: bare, url: null, photo: false };
  if (kind === null || kind.kind === 'picture') {
    const likeness = kind === null || isShowable(kind, MOST_PIXELS) ? await likenessOfPicture(file) : null;
    return {
      file: { ...bare, preview: likeness?.preview ?? null },
      url: likeness?.url ?? null,
      photo: likeness !== null && isPhoto(file, head, kind),
    };
  }
  const { likeness, duration } = await look(file.slice(0, file.size, kind.type), kind.kind);
  return {
    file: { ...bare, preview: likeness?.preview ?? null, duration },
    url: likeness?.url ?? null,
    photo: false,
  };
}

async function likenessOfPicture(file: File): Promise<Likeness | null> {
  if (file.size > MOST_BYTES) return null;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const likeness = await likenessOf(picture, { width: picture.width, height: picture.height });
    picture.close();
    return likeness;
  } catch {
    return null;
  }
}

function isPhoto(file: File, head: Uint8Array, kind: Kind | null): boolean {
  if (kind === null) return true;
  if (!PHOTOS.has(kind.type) || isAnimated(head)) return false;
  return file.size > LARGE || (kind.type === 'image/jpeg' && hasMetadata(head));
}
