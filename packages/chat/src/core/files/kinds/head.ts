/**
 * The first bytes of a file that may be anything. What is asked for beyond them is zero, so that no reader of a format can
 * fail on a file that ends too early, or claims to be longer than it is.
 */
export class Head {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  u8(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  /** Big endian. */
  u16(at: number): number {
    return this.u8(at) * 0x100 + this.u8(at + 1);
  }
  u24(at: number): number {
    return this.u16(at) * 0x100 + this.u8(at + 2);
  }
  u32(at: number): number {
    return this.u16(at) * 0x10000 + this.u16(at + 2);
  }

  /** Little endian. */
  u16le(at: number): number {
    return this.u8(at) + this.u8(at + 1) * 0x100;
  }
  u24le(at: number): number {
    return this.u16le(at) + this.u8(at + 2) * 0x10000;
  }

  /** Whether these Latin-1 characters stand here. */
  says(at: number, text: string): boolean {
    if (at + text.length > this.length) return false;
    for (let i = 0; i < text.length; i++) if (this.u8(at + i) !== text.charCodeAt(i)) return false;
    return true;
  }

  ascii(at: number, length: number): string {
    return String.fromCharCode(...this.#bytes.subarray(at, at + length));
  }
}
