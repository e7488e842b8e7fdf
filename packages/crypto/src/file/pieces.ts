import type { Bytes } from '@aurora/protocol';

/** What becomes of a piece: `last` for the one that the stream ends with. */
type Work = (index: number, last: boolean, piece: Bytes) => Promise<Bytes>;

/** Cuts a stream into pieces of one size. One is held back until it is known whether it is the last. */
export function inPieces(size: number, work: Work): TransformStream<Uint8Array, Bytes> {
  let index = 0;
  /** A whole piece of which it is not known yet whether it is the last. */
  let held: Bytes | null = null;
  let begun = new Uint8Array(0);
  let length = 0;
  const cutting: Transformer<Uint8Array, Bytes> = {
    async transform(bytes, controller) {
      for (let at = 0; at < bytes.length; ) {
        if (held !== null) {
          controller.enqueue(await work(index, false, held));
          index += 1;
          held = null;
        }
        // What comes in pieces of this size already is not copied.
        if (length === 0 && at === 0 && bytes.length === size && isOwn(bytes)) {
          held = bytes;
          return;
        }
        if (begun.length === 0) begun = new Uint8Array(size);
        const part = bytes.subarray(at, at + size - length);
        begun.set(part, length);
        length += part.length;
        at += part.length;
        if (length < size) return;
        held = begun;
        begun = new Uint8Array(0);
        length = 0;
      }
    },
    async flush(controller) {
      controller.enqueue(await work(index, true, held ?? begun.slice(0, length)));
    },
  };
  // A little ahead, so that what comes before and after works meanwhile.
  return new TransformStream<Uint8Array, Bytes>(cutting, { highWaterMark: 1 }, { highWaterMark: 2 });
}

/** WebCrypto takes no memory that threads share. */
function isOwn(bytes: Uint8Array): bytes is Bytes {
  return bytes.buffer instanceof ArrayBuffer;
}
