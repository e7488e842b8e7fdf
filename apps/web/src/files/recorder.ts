import type { Failure, OutgoingFile } from '@aurora/chat/view';

/** Somebody speaking. */
export interface Recording {
  /** Ends it, and gives what was said; null if that is nothing. */
  stop(): Promise<OutgoingFile | null>;
  /** Ends it, and forgets what was said. */
  cancel(): void;
  /** How loud it is just now, from 0 to 1. */
  level(): number;
  /** When it began, by `performance.now()`. */
  readonly since: number;
}

const LONGEST = 10 * 60_000;
/** Shorter than a word: a slip of the finger. */
const SHORTEST = 300;
const BITS_PER_SECOND = 32_000;

const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4', 'audio/webm'];
const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/webm': 'webm',
  'audio/ogg': 'ogg',
  'audio/mp4': 'm4a',
};

const REFUSED: Failure = {
  code: 'microphone_refused',
  message:
    'Aurora may not use the microphone. Allow it for this site in the browser’s settings, then try again.',
};
const MISSING: Failure = {
  code: 'no_microphone',
  message: 'No microphone could be used. Plug one in, or close what else uses it, then try again.',
};

/** Asks for the microphone and records until it is stopped, or for ten minutes. */
export async function record(): Promise<Recording> {
  const stream = await microphone();
  const close = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const options = mimeType === undefined ? {} : { mimeType };
    return begin(stream, new MediaRecorder(stream, { ...options, audioBitsPerSecond: BITS_PER_SECOND }));
  } catch {
    close();
    throw MISSING;
  }
}

async function microphone(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined || !('MediaRecorder' in globalThis)) throw MISSING;
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw name === 'NotAllowedError' || name === 'SecurityError' ? REFUSED : MISSING;
  }
}

function begin(stream: MediaStream, recorder: MediaRecorder): Recording {
  const began = new Date();
  const since = performance.now();
  const meter = measure(stream);
  const parts: Blob[] = [];
  let duration = 0;

  const ended = new Promise<void>((resolve) => {
    recorder.addEventListener('stop', () => {
      duration = Math.round(performance.now() - since);
      clearTimeout(limit);
      meter.close();
      for (const track of stream.getTracks()) track.stop();
      resolve();
    });
  });
  const stop = (): void => {
    if (recorder.state !== 'inactive') recorder.stop();
  };
  const limit = setTimeout(stop, LONGEST);
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  recorder.start();

  return {
    since,
    level: meter.level,
    cancel: stop,
    async stop() {
      stop();
      await ended;
      // With its codecs in the type some browsers take a file for something that they do not know.
      const type = (recorder.mimeType.split(';')[0] ?? '').trim() || 'audio/webm';
      const content = new Blob(parts, { type });
      if (content.size === 0 || duration < SHORTEST) return null;
      const name = `${nameAt(began)}.${EXTENSIONS[type] ?? 'webm'}`;
      return { content, name, type, preview: null, duration, voice: true };
    },
  };
}

/** `Voice note 2026-11-25 14.05`, by the clock on the wall. */
export function nameAt(time: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `Voice note ${day} ${two(time.getHours())}.${two(time.getMinutes())}`;
}

function measure(stream: MediaStream): { level(): number; close(): void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      // Speech keeps to the lowest part of the scale; a root shows it.
      return Math.min(1, Math.sqrt(Math.sqrt(power)));
    },
    close: () => void context.close(),
  };
}
