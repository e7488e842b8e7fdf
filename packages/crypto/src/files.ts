/** Files: sealed in chunks. An entry of its own, so that a page loads it when it is first needed. */
export {
  CHUNK,
  chunkCount,
  createFileKey,
  type FileCipher,
  type FileKey,
  fileCipher,
  MOST_BYTES,
  openChunk,
  SEALED_CHUNK,
  sealChunk,
  sealedSize,
} from './file/chunk.ts';
export { type Digest, digesting } from './file/digest.ts';
export { opening, padding, sealing, unpadding } from './file/stream.ts';
