import type { PreviewView } from '@aurora/chat/view';
import { limits } from '@aurora/protocol';
import { draw, type Size, within } from './drawing.ts';

/** How it looks, for the tray and for the message. */
export interface Likeness {
  readonly preview: PreviewView | null;
  /** An object URL; whoever shows it revokes it. */
  readonly url: string;
}

/** Tried in turn until one fits: a little blur is better than a smaller picture, and that better than none. */
const ATTEMPTS = [
  [320, 0.75],
  [320, 0.55],
  [320, 0.4],
  [256, 0.5],
  [200, 0.5],
  [160, 0.45],
  [120, 0.4],
  [80, 0.4],
  [48, 0.4],
  [24, 0.3],
] as const;

export async function likenessOf(source: CanvasImageSource, size: Size): Promise<Likeness> {
  // Each smaller one is drawn from this, not from all the pixels again.
  const [longest, best] = ATTEMPTS[0];
  const first = draw(source, within(size, longest));
  const shown = await first.encode('image/webp', best);
  const url = URL.createObjectURL(shown);
  for (const [side, quality] of ATTEMPTS) {
    const drawing = side === longest ? first : draw(source, within(size, side));
    const image = await drawing.encode('image/webp', quality);
    if (image.size > limits.preview) continue;
    const bytes = new Uint8Array(await image.arrayBuffer());
    return { preview: { width: size.width, height: size.height, image: bytes }, url };
  }
  return { preview: null, url };
}
