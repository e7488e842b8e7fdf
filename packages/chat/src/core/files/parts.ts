import { SEALED_CHUNK } from '@aurora/crypto/files';
import type { Bytes } from '@aurora/protocol';
import type { Depot } from '../../ports/depot.ts';

/** Sealed bytes of a part in a depot: eight chunks, and what is left in the last. */
export const PART = 8 * SEALED_CHUNK;

export const partCount = (sealed: number): number => Math.max(1, Math.ceil(sealed / PART));

/** Gathers sealed bytes into parts, one of which is put while the next is gathered; what is no whole part yet stays in memory. */
export class Parts {
  readonly #put: (part: number, sealed: Bytes) => Promise<void>;
  #sealed: Bytes = new Uint8Array(PART);
  #spare: Bytes = new Uint8Array(PART);
  #length = 0;
  #next: number;
  #putting: Promise<void> = Promise.resolve();

  /** `next` is the first that is to be put. */
  constructor(next: number, put: (part: number, sealed: Bytes) => Promise<void>) {
    this.#next = next;
    this.#put = put;
  }

  /** What was put, in parts, once it has settled. */
  get count(): number {
    return this.#next;
  }

  /** What came after the last whole part. */
  get rest(): Bytes {
    return this.#sealed.slice(0, this.#length);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + PART - this.#length);
      this.#sealed.set(piece, this.#length);
      this.#length += piece.length;
      at += piece.length;
      if (this.#length === PART) await this.#flush();
    }
  }

  /** Puts what is left; resolves when all is put. */
  async close(): Promise<void> {
    if (this.#length > 0) await this.#flush();
    await this.#putting;
  }

  /** Resolves when nothing is being put any more, whether that went well or not. */
  async settled(): Promise<void> {
    await this.#putting.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    await this.#putting;
    const [part, whole] = [this.#next, this.#sealed.subarray(0, this.#length)];
    this.#putting = this.#put(part, whole);
    // Heard by whoever comes next.
    this.#putting.catch(() => undefined);
    this.#sealed = this.#spare;
    this.#spare = new Uint8Array(whole.buffer);
    this.#length = 0;
    this.#next += 1;
  }
}

/** The sealed bytes of a file from one place up to another; `part` gives what is there of each. */
export async function sliceOf(
  part: (index: number) => Promise<Blob>,
  from: number,
  to: number,
): Promise<Blob> {
  const slices: Blob[] = [];
  for (let index = Math.floor(from / PART); index * PART < to; index += 1) {
    const start = index * PART;
    const whole = await part(index);
    slices.push(whole.slice(Math.max(0, from - start), to - start));
  }
  const [only] = slices;
  return slices.length === 1 && only !== undefined ? only : new Blob(slices);
}

/** All that a depot has of a file, in order. */
export function readParts(depot: Depot, file: string, count: number): ReadableStream<Uint8Array> {
  let part = 0;
  return new ReadableStream({
    async pull(controller) {
      if (part === count) return controller.close();
      const sealed = await depot.get(file, part);
      if (sealed === undefined) throw new DOMException('a part of the file is missing', 'NotFoundError');
      controller.enqueue(new Uint8Array(await sealed.arrayBuffer()));
      part += 1;
    },
  });
}
