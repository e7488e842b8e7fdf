import { type Bytes, concatBytes, utf8 } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { paddedLength } from '../padding.ts';
import { importAead, KEY_BYTES, open, seal, TAG_BYTES } from '../primitives/aead.ts';
import { randomBytes } from '../primitives/random.ts';

/*
 * STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, 2015):
 * nonce = prefix 7 | index 4, big-endian | 1 for the last chunk, else 0
 * Every chunk but the last is full, and none is empty but the only one of an empty file, so that a file can be cut in one way alone.
 */

const LABEL = utf8('aurora/file/1');
export const PREFIX_BYTES = 7;

/** Bytes of a chunk before and after it is sealed. */
export const CHUNK = 1024 * 1024;
export const SEALED_CHUNK = CHUNK + TAG_BYTES;
/** Bytes of the largest file: what the index can count. */
export const MOST_BYTES = 2 ** 32 * CHUNK;

/** What opens one file. A secret: it travels in sealed messages only. */
export interface FileKey {
  readonly key: Bytes;
  readonly prefix: Bytes;
}

/** A file's key, ready for use. */
export interface FileCipher {
  readonly aead: CryptoKey;
  readonly prefix: Bytes;
}

/** For one file alone: a second one under the same key could trade chunks with it. */
export function createFileKey(): FileKey {
  return { key: randomBytes(KEY_BYTES), prefix: randomBytes(PREFIX_BYTES) };
}

/** Throws `key_wrong_size`. */
export async function fileCipher({ key, prefix }: FileKey): Promise<FileCipher> {
  if (key.length !== KEY_BYTES || prefix.length !== PREFIX_BYTES) throw new CryptoError('key_wrong_size');
  return { aead: await importAead(key), prefix };
}

export const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / CHUNK));

/** Bytes of a file of this size once it is padded and sealed. */
export function sealedSize(size: number): number {
  const padded = paddedLength(size);
  return padded + chunkCount(padded) * TAG_BYTES;
}

/** Where a chunk is: its place from 0, and whether the file ends with it. */
export interface ChunkPlace {
  readonly index: number;
  readonly last: boolean;
}

export async function sealChunk(
  { aead, prefix }: FileCipher,
  place: ChunkPlace,
  plain: Bytes,
): Promise<Bytes> {
  requireSize(plain.length, place);
  return seal(aead, nonceOf(prefix, place), LABEL, plain);
}

/**
 * Throws `file_truncated` for a chunk that others should follow and none does, `file_extended` for one after which the file should end,
 * and `chunk_wrong` for anything else that was not sealed for this place.
 */
export async function openChunk(cipher: FileCipher, place: ChunkPlace, sealed: Bytes): Promise<Bytes> {
  const plain = await tryOpen(cipher, place, sealed);
  if (plain !== null) {
    requireSize(plain.length, place);
    return plain;
  }
  const other = await tryOpen(cipher, { ...place, last: !place.last }, sealed);
  throw new CryptoError(other === null ? 'chunk_wrong' : place.last ? 'file_truncated' : 'file_extended');
}

async function tryOpen(
  { aead, prefix }: FileCipher,
  place: ChunkPlace,
  sealed: Bytes,
): Promise<Bytes | null> {
  if (sealed.length < TAG_BYTES || sealed.length > SEALED_CHUNK) return null;
  try {
    return await open(aead, nonceOf(prefix, place), LABEL, sealed);
  } catch {
    return null;
  }
}

function nonceOf(prefix: Bytes, { index, last }: ChunkPlace): Bytes {
  const place = new Uint8Array(5);
  new DataView(place.buffer).setUint32(0, index);
  place[4] = last ? 1 : 0;
  return concatBytes(prefix, place);
}

function requireSize(size: number, { index, last }: ChunkPlace): void {
  const full = last ? size <= CHUNK && (size > 0 || index === 0) : size === CHUNK;
  if (!full || index >= 2 ** 32) throw new CryptoError('chunk_wrong');
}
