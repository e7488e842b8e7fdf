import type { Bytes } from '@aurora/protocol';
import { sha256 } from '@noble/hashes/sha2.js';

/** SHA-256 (FIPS 180-4) of what comes in parts, which WebCrypto cannot do. */
export class Sha256 {
  readonly #hash = sha256.create();

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  /** Once, at the end. */
  digest(): Bytes {
    return new Uint8Array(this.#hash.digest());
  }
}
