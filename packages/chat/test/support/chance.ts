import type { Bytes } from '@aurora/protocol';
import type { Random } from '../../src/index.ts';

let count = 0;

/** Chance that always falls the same way, with bytes that no two people ever share. */
export class SetChance implements Random {
  #fraction: number;

  constructor(fraction = 0) {
    this.#fraction = fraction;
  }

  bytes(length: number): Bytes {
    const bytes = new Uint8Array(length);
    count += 1;
    new DataView(bytes.buffer).setUint32(length - 4, count);
    return bytes;
  }

  fraction(): number {
    return this.#fraction;
  }
}
