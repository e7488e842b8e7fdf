import { kindOf } from '@aurora/chat/kind';
import { limits } from '@aurora/protocol';
import { hasMetadata } from '../../src/files/metadata.ts';
import { playable } from '../../src/files/play.ts';
import { type Prepared, prepare, smaller } from '../../src/files/prepare.ts';
import { record } from '../../src/files/recorder.ts';
import { save } from '../../src/files/save.ts';
import { engineHolding, fileOf } from '../files-engine.ts';

/**
 * A page with nothing but what prepares, plays and saves files, over an engine that holds what a test says: built with the page's
 * own settings and served by a real relay under its own policy (test/journeys/files.test.ts).
 */
const CHUNK = 1024 * 1024;

function pattern(index: number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (index * 31 + i * 7 + (i >> 8)) & 0xff);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

async function told({ file, url, photo }: Prepared) {
  const content = new Uint8Array(await file.content.arrayBuffer());
  const likeness = url === null ? null : await createImageBitmap(await imageOf(url));
  const { preview, name, type, duration } = file;
  const pixels = type.startsWith('image/') ? await createImageBitmap(file.content).catch(() => null) : null;
  return {
    name,
    type,
    duration,
    photo,
    size: content.length,
    metadata: hasMetadata(content),
    /** What test/journeys/files.test.ts has a camera write. */
    secret: new TextDecoder('latin1').decode(content).includes('52.5200N'),
    pixels: pixels && { width: pixels.width, height: pixels.height },
    preview: preview && {
      width: preview.width,
      height: preview.height,
      type: kindOf(preview.image)?.type,
      fits: preview.image.length <= limits.preview,
    },
    likeness: likeness && { width: likeness.width, height: likeness.height },
  };
}

async function imageOf(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

const files = {
  /** Saves a file of so many bytes; gives the code of a failure. */
  async save(size: number, name: string, stopAt = Number.POSITIVE_INFINITY): Promise<string> {
    const { engine, place } = engineHolding({
      name,
      type: '',
      size,
      chunk(index) {
        if (index >= stopAt) throw new Error('gone');
        const left = size - index * CHUNK;
        return left <= 0 ? null : pattern(index, Math.min(left, CHUNK));
      },
    });
    return save(engine, place).then(
      () => 'saved',
      (failure) => failure.code,
    );
  },

  async prepare(base64: string, name: string, type: string) {
    return told(await prepare(new File([bytesOf(base64)], name, { type })));
  },

  async smaller(base64: string, name: string, type: string) {
    return told(await smaller(await prepare(new File([bytesOf(base64)], name, { type }))));
  },

  async play(base64: string, type: string) {
    const { engine, place, asked } = engineHolding(fileOf(bytesOf(base64), type));
    try {
      const [one, other] = await Promise.all([playable(engine, place), playable(engine, place)]);
      const image = one.kind === 'picture' ? await imageOf(one.url) : null;
      other.release();
      one.release();
      const again = await playable(engine, place);
      return {
        kind: one.kind,
        shown: image?.naturalWidth ?? null,
        same: again.url === one.url,
        opened: asked.filter((name) => name === 'openFile').length,
      };
    } catch (failure) {
      return failure;
    }
  },

  async record(duration: number) {
    try {
      const recording = await record();
      await new Promise((resolve) => setTimeout(resolve, duration));
      const level = recording.level();
      const file = await recording.stop();
      if (file === null) return null;
      const content = new File([file.content], file.name, { type: file.type });
      return { ...(await told(await prepare(content))), level, voice: file.voice, spoken: file.duration };
    } catch (failure) {
      return failure;
    }
  },
};

Object.assign(globalThis, { files });
