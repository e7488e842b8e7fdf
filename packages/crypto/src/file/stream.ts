import { type Bytes, concatBytes } from '@aurora/protocol';
import { CHUNK, type FileCipher, openChunk, SEALED_CHUNK, sealChunk } from './chunk.ts';

type Work = (index: number, last: boolean, piece: Bytes) => Promise<Bytes>;

/** Bytes of a file as they come become its sealed chunks; `from` is the first chunk's index, to go on with a file. */
export function sealing(cipher: FileCipher, from = 0): TransformStream<Uint8Array, Bytes> {
  return inPieces(CHUNK, from, (index, last, piece) => sealChunk(cipher, { index, last }, piece));
}

/**
 * Sealed bytes as they come become the file's, each chunk only once it is known to be what was sealed for its place. Errors as openChunk
 * does.
 */
export function opening(cipher: FileCipher, from = 0): TransformStream<Uint8Array, Bytes> {
  return inPieces(SEALED_CHUNK, from, (index, last, piece) => openChunk(cipher, { index, last }, piece));
}

/** Cuts a stream into pieces of one size. One is held back until it is known whether it is the last. */
function inPieces(size: number, from: number, work: Work): TransformStream<Uint8Array, Bytes> {
  let index = from;
  let held: Uint8Array[] = [];
  let length = 0;
  const take = (count: number): Bytes => {
    const all = concatBytes(...held);
    held = count < all.length ? [all.subarray(count)] : [];
    length -= count;
    return all.slice(0, count);
  };
  return new TransformStream<Uint8Array, Bytes>({
    async transform(bytes, controller) {
      if (bytes.length === 0) return;
      held.push(bytes);
      length += bytes.length;
      while (length > size) {
        controller.enqueue(await work(index, false, take(size)));
        index += 1;
      }
    },
    async flush(controller) {
      controller.enqueue(await work(index, true, take(length)));
    },
  });
}
