import { join } from 'node:path';
import type { BlobId } from '@aurora/protocol';
import { toHex } from '@aurora/protocol';
import { diskBlobs, type Room } from '../../src/adapters/disk/blobs.ts';
import { memoryBlobs } from '../../src/adapters/memory/blobs.ts';
import type { Blobs, ByteStream } from '../../src/ports/blobs.ts';
import { temporaryFolder } from './folder.ts';
import { randomBytes } from './keys.ts';

/** Every adapter that keeps the bytes of files. */
export const blobStores: readonly (readonly [string, () => Blobs])[] = [
  ['memory', () => memoryBlobs()],
  ['a folder', () => diskBlobs(join(temporaryFolder(), 'blobs'), roomFor(1e9))],
];

/** A disk with so many bytes to spare. */
export function roomFor(bytes: number): Room {
  let left = bytes;
  return {
    short: () => left < 0,
    spend(written) {
      left -= written;
    },
  };
}

export function newBlob(): BlobId {
  return toHex(randomBytes(16)) as BlobId;
}

/** Some bytes, one after the other. */
export async function* streamOf(...parts: readonly Uint8Array[]): ByteStream {
  yield* parts;
}

export async function bytesOf(stream: ByteStream): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
