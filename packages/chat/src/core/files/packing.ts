import type { Bytes } from '@aurora/protocol';

/** How much is tried out, at two places, and what has to be saved of it for packing to pay. */
const SAMPLE = 128 * 1024;
const WORTH = 0.85;
/** Below this nothing is saved that the padding does not add again. */
const SMALL = 2 * 1024;

/** Whether a file gets markedly smaller when it is deflated (RFC 1951). Reads a little of it. */
export async function pays(content: Blob): Promise<boolean> {
  if (content.size < SMALL) return false;
  const middle = Math.floor(content.size / 2);
  const sample = new Blob([
    content.slice(0, SAMPLE),
    content.slice(Math.max(SAMPLE, middle), middle + SAMPLE),
  ]);
  return (await sizeOf(deflated(sample.stream()))) < sample.size * WORTH;
}

export function deflated(content: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array> {
  return content.pipeThrough(new CompressionStream('deflate-raw'));
}

export function inflating(): ReadableWritablePair<Uint8Array, Bytes> {
  return new DecompressionStream('deflate-raw');
}

async function sizeOf(stream: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const bytes of values(stream)) size += bytes.length;
  return size;
}

/** A stream's values, where browsers cannot yet iterate one by themselves. */
export async function* values<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
