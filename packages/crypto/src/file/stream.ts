import type { Bytes } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { paddedLength } from '../padding.ts';
import { CHUNK, type FileCipher, openChunk, SEALED_CHUNK, sealChunk } from './chunk.ts';
import { inPieces } from './pieces.ts';

/** Bytes of a file as they come become its sealed chunks. */
export function sealing(cipher: FileCipher): TransformStream<Uint8Array, Bytes> {
  return inPieces(CHUNK, (index, last, piece) => sealChunk(cipher, { index, last }, piece));
}

/**
 * Sealed bytes as they come become the file's, each chunk only once it is known to be what was sealed for its place. Errors as openChunk
 * does.
 */
export function opening(cipher: FileCipher): TransformStream<Uint8Array, Bytes> {
  return inPieces(SEALED_CHUNK, (index, last, piece) => openChunk(cipher, { index, last }, piece));
}

/** Adds zeros up to one of few lengths, before sealing, so that the length of what is sealed tells little. */
export function padding(): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(bytes, controller) {
      length += bytes.length;
      controller.enqueue(bytes);
    },
    flush(controller) {
      for (let left = paddedLength(length) - length; left > 0; left -= CHUNK)
        controller.enqueue(new Uint8Array(Math.min(left, CHUNK)));
    },
  });
}

/** Takes the padding off again. Throws `padding_wrong` unless what comes is this many bytes and their padding. */
export function unpadding(length: number): TransformStream<Bytes, Bytes> {
  let at = 0;
  return new TransformStream({
    transform(bytes, controller) {
      const kept = Math.max(0, Math.min(bytes.length, length - at));
      at += bytes.length;
      if (at > paddedLength(length) || bytes.subarray(kept).some((byte) => byte !== 0))
        throw new CryptoError('padding_wrong');
      if (kept > 0) controller.enqueue(kept === bytes.length ? bytes : bytes.slice(0, kept));
    },
    flush() {
      if (at !== paddedLength(length)) throw new CryptoError('padding_wrong');
    },
  });
}
