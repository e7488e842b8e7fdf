import { decode as cborgDecode, decodeFirst as cborgDecodeFirst, encode as cborgEncode } from 'cborg';
import type { Bytes } from '../bytes.ts';
import { CodecError } from '../errors.ts';

const strict = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
} as const;

/** RFC 8949 section 4.2 deterministic encoding: shortest numbers, sorted keys. */
export function encodeCbor(value: unknown): Bytes {
  return new Uint8Array(cborgEncode(value));
}

/**
 * One strict CBOR value and nothing after it: shortest numbers, definite lengths, no duplicate keys.
 * Throws CodecError, also for nesting deeper than the stack.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return cborgDecode(bytes, strict);
  } catch (cause) {
    throw new CodecError('not strict CBOR', { cause });
  }
}

/** As decodeCbor, but gives back the bytes that follow the value. Throws CodecError. */
export function decodeCborFirst(bytes: Uint8Array): [value: unknown, rest: Uint8Array] {
  try {
    return cborgDecodeFirst(bytes, strict);
  } catch (cause) {
    throw new CodecError('not strict CBOR', { cause });
  }
}
