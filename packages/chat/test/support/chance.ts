import type { Bytes } from '@aurora/protocol';
import type { Random } from '../../src/index.ts';

/** Chance that always falls the same way, with bytes that never repeat. */
export class SetChance implements Random {
  #fraction: number;
  #count = 0;

  constructor(fraction = 0) {
    this.#fraction = fraction;
  }

  bytes(length: number): Bytes {
    const bytes = new Uint8Array(length);
    this.#count += 1;
    new DataView(bytes.buffer).setUint32(length - 4, this.#count);
    return bytes;
  }

  fraction(): number {
    return this.#fraction;
  }
}
