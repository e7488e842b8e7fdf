/** Something drawn at a size, and how to write it down. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly transparent: boolean;
  encode(type: string, quality: number): Promise<Blob>;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The same shape, its longer side no longer than this. */
export function within({ width, height }: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * Some browsers answer a page that reads what it has drawn with noise, against fingerprints: what is drawn there is no likeness of
 * anything, and must not be sent in a picture's place.
 */
function isTrueTo(context: OffscreenCanvasRenderingContext2D): boolean {
  const COLOUR = [40, 120, 200, 255];
  /** A few of the lowest bits are changed by the milder ones, which nobody sees. */
  const SEEN = 8;
  context.fillStyle = 'rgb(40 120 200)';
  context.fillRect(0, 0, 8, 8);
  const { data } = context.getImageData(0, 0, 8, 8);
  return data.every((value, i) => Math.abs(value - (COLOUR[i % 4] ?? 0)) <= SEEN);
}

export function draw(source: CanvasImageSource, { width, height }: Size): Drawing {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const proof = new OffscreenCanvas(8, 8).getContext('2d');
  if (context === null || proof === null || !isTrueTo(proof)) throw new Error('Nothing can be drawn here');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const transparent = isTransparent(data);
  return {
    width,
    height,
    transparent,
    async encode(type, quality) {
      const blob = await canvas.convertToBlob({ type, quality });
      // A browser that cannot write WebP writes a PNG, which is larger by far.
      if (blob.type === type || transparent) return blob;
      return canvas.convertToBlob({ type: 'image/jpeg', quality });
    },
  };
}

function isTransparent(pixels: Uint8ClampedArray): boolean {
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 255) return true;
  return false;
}
