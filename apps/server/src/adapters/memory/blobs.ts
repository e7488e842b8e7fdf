import { type BlobId, concatBytes } from '@aurora/protocol';
import type { Blobs } from '../../ports/blobs.ts';

/** Sealed files for as long as this process: for tests and simulations, which have small ones. */
export function memoryBlobs(): Blobs {
  const kept = new Map<BlobId, Uint8Array>();
  const of = (blob: BlobId) => kept.get(blob) ?? new Uint8Array(0);
  return {
    size: async (blob) => of(blob).length,
    async append(blob, bytes) {
      for await (const part of bytes) kept.set(blob, concatBytes(of(blob), part));
      return of(blob).length;
    },
    async *read(blob, first, last) {
      yield of(blob).slice(first, last + 1);
    },
    async drop(blob) {
      kept.delete(blob);
    },
    async *all() {
      yield* [...kept.keys()];
    },
  };
}
