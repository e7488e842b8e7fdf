import { type Likeness, likenessOf } from './likeness.ts';

/** What a film or a sound tells once its beginning is read. */
export interface Heard {
  readonly likeness: Likeness | null;
  /** In milliseconds. */
  readonly duration: number | null;
}

const PATIENCE = 8_000;
/** A film’s very first frame is often black. */
const A_LITTLE_IN = 1;
/** Beyond the end of anything: what was written while it was recorded tells its length only to whoever asks for its end. */
const FAR = 1e9;

const NOTHING: Heard = { likeness: null, duration: null };

/** Looks into a film or a sound by an element that is never shown; gives what it could learn in time. */
export async function look(content: Blob, kind: 'sound' | 'film'): Promise<Heard> {
  const media = document.createElement(kind === 'film' ? 'video' : 'audio');
  const url = URL.createObjectURL(content);
  const late = AbortSignal.timeout(PATIENCE);
  try {
    media.muted = true;
    media.preload = 'auto';
    media.src = url;
    await happening(media, 'loadeddata', late);
    const duration = await lengthOf(media, late);
    const likeness = media instanceof HTMLVideoElement ? await frameOf(media, late) : null;
    return { likeness, duration };
  } catch {
    return NOTHING;
  } finally {
    media.removeAttribute('src');
    media.load();
    URL.revokeObjectURL(url);
  }
}

async function lengthOf(media: HTMLMediaElement, late: AbortSignal): Promise<number | null> {
  if (media.duration === Number.POSITIVE_INFINITY) {
    media.currentTime = FAR;
    await happening(media, 'seeked', late).catch(() => undefined);
  }
  return Number.isFinite(media.duration) ? Math.round(media.duration * 1000) : null;
}

async function frameOf(film: HTMLVideoElement, late: AbortSignal): Promise<Likeness | null> {
  const size = { width: film.videoWidth, height: film.videoHeight };
  if (size.width === 0 || size.height === 0) return null;
  film.currentTime = Number.isFinite(film.duration) ? Math.min(A_LITTLE_IN, film.duration / 10) : 0;
  return happening(film, 'seeked', late)
    .then(() => likenessOf(film, size))
    .catch(() => null);
}

function happening(media: HTMLMediaElement, name: string, late: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    late.throwIfAborted();
    const give = (): void => reject(new Error('It cannot be read'));
    late.addEventListener('abort', give, { once: true });
    media.addEventListener('error', give, { once: true });
    media.addEventListener(name, () => resolve(), { once: true });
  });
}
