import { mkdirSync } from 'node:fs';
import { type FileHandle, open, opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobId, isBlobId } from '@aurora/protocol';
import type { Blobs, ByteStream } from '../../ports/blobs.ts';
import { StorageError } from '../../ports/storage-error.ts';

const NO_SPACE = ['ENOSPC', 'EDQUOT'];

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function faultOf(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StorageError(NO_SPACE.includes(codeOf(error)) ? 'full' : 'failed', reason, { cause: error });
}

async function guarded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw faultOf(error);
  }
}

/** `write` may take less than it is given. */
async function writeAll(file: FileHandle, part: Uint8Array): Promise<void> {
  for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten;
}

/** The disk's space for files, as far as it is known. */
export interface Room {
  /** Whether it is short; then nothing more is written. */
  short(): boolean;
  /** So many bytes were written. */
  spend(bytes: number): void;
}

/** Sealed files in a folder, one file each, named by its id: how long it is says where an upload goes on. */
export function diskBlobs(folder: string, room: Room): Blobs {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pathOf = (blob: BlobId) => join(folder, blob);

  async function fill(file: FileHandle, bytes: ByteStream): Promise<void> {
    for await (const part of bytes) {
      if (room.short()) throw new StorageError('full', 'the disk is short of space');
      await guarded(() => writeAll(file, part));
      room.spend(part.length);
    }
  }

  return {
    async size(blob) {
      try {
        return (await stat(pathOf(blob))).size;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return 0;
        throw faultOf(error);
      }
    },

    async append(blob, bytes) {
      const file = await guarded(() => open(pathOf(blob), 'a', 0o600));
      try {
        await fill(file, bytes);
        return await guarded(async () => {
          await file.sync();
          return (await file.stat()).size;
        });
      } finally {
        await file.close();
      }
    },

    async *read(blob, first, last) {
      const file = await guarded(() => open(pathOf(blob)));
      // Closes the file at its end, and when the reader goes before that.
      try {
        yield* file.createReadStream({ start: first, end: last });
      } catch (error) {
        throw faultOf(error);
      }
    },

    drop: (blob) => guarded(() => rm(pathOf(blob), { force: true })),

    async *all() {
      for await (const { name } of await guarded(() => opendir(folder))) if (isBlobId(name)) yield name;
    },
  };
}
