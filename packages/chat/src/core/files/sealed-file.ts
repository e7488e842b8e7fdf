import {
  CHUNK,
  digesting,
  type FileKey,
  fileCipher,
  opening,
  padding,
  sealing,
  unpadding,
} from '@aurora/crypto/files';
import type { Bytes } from '@aurora/protocol';
import { differs, fileChanged } from './failures.ts';
import { deflated, inflating } from './packing.ts';
import { Parts } from './parts.ts';

export interface SealJob {
  readonly content: Blob;
  readonly key: FileKey;
  /** Whether it is deflated before. */
  readonly packs: boolean;
  readonly signal: AbortSignal;
  /** So many of its bytes were read. */
  progress(read: number): void;
  put(part: number, sealed: Bytes): Promise<void>;
}

/**
 * Reads a file once, and seals it into parts. It must be read once only: were it sealed again under its key after it changed, both
 * versions could be told from their difference.
 */
export async function sealFile(job: SealJob): Promise<{ hash: Bytes; packed: number | null }> {
  const { content, key, packs, signal, progress, put } = job;
  const cipher = await fileCipher(key);
  const { stream, digest } = digesting();
  let packed = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      packed += bytes.length;
      controller.enqueue(bytes);
    },
  });
  const parts = new Parts(0, put);
  const keeping = new WritableStream<Uint8Array>({
    write: (bytes) => parts.write(bytes),
    close: () => parts.close(),
  });
  const plain = reading(content, progress).pipeThrough(stream);
  try {
    await (packs ? deflated(plain).pipeThrough(counting) : plain)
      .pipeThrough(padding())
      .pipeThrough(sealing(cipher))
      .pipeTo(keeping, { signal });
  } finally {
    await parts.settled();
  }
  const { size, hash } = await digest();
  if (size !== content.size) throw fileChanged();
  return { hash, packed: packs ? packed : null };
}

/** A file's bytes MiB by MiB: browsers give them in small pieces, and each step that a piece takes costs. */
function reading(content: Blob, progress: (read: number) => void): ReadableStream<Bytes> {
  const reader = content.stream().getReader();
  let at = 0;
  let rest: Uint8Array = new Uint8Array(0);
  return new ReadableStream({
    async pull(controller) {
      const bytes = new Uint8Array(CHUNK);
      let length = 0;
      while (length < CHUNK) {
        if (rest.length === 0) {
          const { done, value } = await reader.read();
          if (done) break;
          rest = value;
        }
        bytes.set(rest.subarray(0, CHUNK - length), length);
        const taken = Math.min(rest.length, CHUNK - length);
        rest = rest.subarray(taken);
        length += taken;
      }
      at += length;
      if (at > content.size) throw fileChanged();
      progress(at);
      if (length > 0) controller.enqueue(length === CHUNK ? bytes : bytes.slice(0, length));
      if (length < CHUNK) controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** What its message says of a sealed file. */
export interface SealedFile extends FileKey {
  readonly size: number;
  readonly hash: Bytes;
  readonly packed: number | null;
}

/** Sealed bytes become the file's. Whoever reads them to the end knows that each chunk is right, not yet that the whole is. */
export async function openFile(
  sealed: ReadableStream<Uint8Array>,
  file: SealedFile,
): Promise<ReadableStream<Uint8Array>> {
  const opened = sealed
    .pipeThrough(opening(await fileCipher(file)))
    .pipeThrough(unpadding(file.packed ?? file.size));
  const plain: ReadableStream<Uint8Array> =
    file.packed === null ? opened : opened.pipeThrough(minced()).pipeThrough(inflating());
  return plain.pipeThrough(upTo(file.size));
}

/** Whether it is packed into more than it is, as nobody packs who means well: to be fetched, it would seem small and be large. */
export const isBloated = ({ size, packed }: Pick<SealedFile, 'size' | 'packed'>): boolean =>
  packed !== null && packed > size * 1.01 + 1024;

/** Opens the whole, and rejects with `file_differs` unless it is what its message says. */
export async function proveFile(sealed: ReadableStream<Uint8Array>, file: SealedFile): Promise<void> {
  const { stream, digest } = digesting();
  try {
    await (await openFile(sealed, file)).pipeThrough(stream).pipeTo(new WritableStream());
  } catch (error) {
    // What was not deflated, and is said to be.
    throw error instanceof TypeError ? differs() : error;
  }
  const { size, hash } = await digest();
  if (size !== file.size || hash.some((byte, at) => byte !== file.hash[at])) throw differs();
}

/** Bytes that are inflated at once. */
const MORSEL = 16 * 1024;

/**
 * A little that was packed may become without end, a bomb: Chromium inflates all that it is given before anybody sees the first of it,
 * a thousandfold at most. So it is given little.
 */
function minced(): TransformStream<Bytes, Bytes> {
  return new TransformStream({
    transform(bytes, controller) {
      for (let at = 0; at < bytes.length; at += MORSEL) controller.enqueue(bytes.subarray(at, at + MORSEL));
    },
  });
}

function upTo(size: number): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(bytes, controller) {
      length += bytes.length;
      if (length > size) throw differs();
      controller.enqueue(bytes);
    },
  });
}
