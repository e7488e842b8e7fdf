import { type Bytes, decodeCbor, encode, equalBytes, type Shape } from '@aurora/protocol';
import { CryptoError, type CryptoErrorCode } from './errors.ts';

/** Tells a type that a later version may know from bytes that nobody should have sent. */
export interface Faults {
  readonly malformed: CryptoErrorCode;
  readonly unknown?: { readonly code: CryptoErrorCode; readonly types: readonly string[] };
}

/** The value in its one encoding. Throws the fault that fits: also for bytes that another encoder would write. */
export function decodeStrict<T>(shape: Shape<T>, encoded: Bytes, faults: Faults): T {
  let wire: unknown;
  try {
    wire = decodeCbor(encoded);
    const value = shape.fromWire(wire);
    if (equalBytes(encode(shape, value), encoded)) return value;
  } catch (cause) {
    throw new CryptoError(codeFor(wire, faults), { cause });
  }
  throw new CryptoError(faults.malformed);
}

/** Throws the code for a value that its receivers would refuse. */
export function encodeStrict<T>(shape: Shape<T>, value: T, malformed: CryptoErrorCode): Bytes {
  try {
    shape.fromWire(shape.toWire(value));
    return encode(shape, value);
  } catch (cause) {
    throw new CryptoError(malformed, { cause });
  }
}

function codeFor(wire: unknown, { malformed, unknown }: Faults): CryptoErrorCode {
  if (unknown === undefined || typeof wire !== 'object' || wire === null) return malformed;
  if (!Object.hasOwn(wire, 'type') || !('type' in wire) || typeof wire.type !== 'string') return malformed;
  return unknown.types.includes(wire.type) ? malformed : unknown.code;
}
