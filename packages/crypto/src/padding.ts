import { type Bytes, concatBytes } from '@aurora/protocol';
import { CryptoError } from './errors.ts';

/** Signals, marks and short messages are all of this one size, so that their lengths tell nothing. */
const SMALL = 256;

/**
 * The size that a body of some length is padded to: 256, above it Padmé (Nikitin et al., 2019), which tells no
 * more than O(log log length) bits and costs at most 12 %.
 */
export function paddedLength(length: number): number {
  if (length <= SMALL) return SMALL;
  const exponent = Math.floor(Math.log2(length));
  const free = exponent - (Math.floor(Math.log2(exponent)) + 1);
  const step = 2 ** free;
  return Math.ceil(length / step) * step;
}

export function pad(body: Bytes): Bytes {
  return concatBytes(body, new Uint8Array(paddedLength(body.length) - body.length));
}

/** Throws `padding_wrong` unless these bytes are exactly the padding of a body of this length. */
export function requirePadding(bodyLength: number, padding: Uint8Array): void {
  // A sender could otherwise hide bytes that no signature covers.
  const exact = padding.length === paddedLength(bodyLength) - bodyLength;
  if (!exact || padding.some((byte) => byte !== 0)) throw new CryptoError('padding_wrong');
}
