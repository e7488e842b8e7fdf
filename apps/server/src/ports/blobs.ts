import type { BlobId } from '@aurora/protocol';

/** Bytes as they come: nobody holds a whole file in memory. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** The bytes of sealed files. All verbs reject with StorageError when the storage fails. */
export interface Blobs {
  /** How many bytes there are of it; 0 of one that is unknown. */
  size(blob: BlobId): Promise<number>;
  /**
   * Adds to what is there until `bytes` end; durable, answers the size then. What had come stays when `bytes` or the storage fail
   * midway. One at a time for one blob.
   */
  append(blob: BlobId, bytes: ByteStream): Promise<number>;
  /** The bytes from `first` to `last`, both included. */
  read(blob: BlobId, first: number, last: number): ByteStream;
  /** Forgets all of it; no error when there is nothing. */
  drop(blob: BlobId): Promise<void>;
  /** Every blob of which something is there, in any order. */
  all(): AsyncIterable<BlobId>;
}
