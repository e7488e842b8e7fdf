import type { Bytes } from '@aurora/protocol';

/** A whole number as 8 bytes, big-endian. */
export function u64(value: number): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

/** The number in 8 bytes at an offset, or undefined if it is larger than a number can hold exactly. */
export function readU64(view: DataView, offset: number): number | undefined {
  const value = Number(view.getBigUint64(offset));
  return Number.isSafeInteger(value) ? value : undefined;
}
