import type { Bytes } from '../bytes.ts';
import { CodecError } from '../errors.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/**
 * The wire's subset of CBOR in the deterministic encoding of RFC 8949 section 4.2.1; SPEC section 2. It is written
 * here rather than taken from a library because every value must have exactly one spelling, and the libraries let
 * through floats for integers, broken UTF-8, unsorted keys or any depth, or drop a leading byte order mark.
 */

const writer = new Writer();

/** A value's bytes. Throws CodecError on a value that the subset does not have. */
export function encodeCbor(value: unknown): Bytes {
  return writer.write(value);
}

/** The one value in some bytes, which share no memory with it. Throws CodecError. */
export function decodeCbor(bytes: Uint8Array): unknown {
  const [value, rest] = decodeCborFirst(bytes);
  if (rest.length > 0) throw new CodecError('bytes after the value');
  return value;
}

/** As decodeCbor, but gives back the bytes that follow the value. Throws CodecError. */
export function decodeCborFirst(bytes: Uint8Array): [value: unknown, rest: Uint8Array] {
  const reader = new Reader(bytes);
  const value = reader.value();
  return [value, reader.rest()];
}
