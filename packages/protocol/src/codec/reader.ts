import { CodecError } from '../errors.ts';
import { compareKeys, isKeyByte, MAX_DEPTH, Major, PROTO, Simple } from './subset.ts';

// Fatal, since two byte strings must not read as one text; and a byte order mark is a character like any other.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refuse(why: string): never {
  throw new CodecError(why);
}

/** Reads values of the subset one behind another. Throws CodecError on anything that Writer would not have written. */
export class Reader {
  readonly #bytes: Uint8Array<ArrayBufferLike>;
  #at = 0;

  constructor(message: Uint8Array) {
    // A Buffer's slice shares memory; a plain view's does not.
    this.#bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }

  /** The bytes not read yet. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  value(depth = 0): unknown {
    const first = this.#byte();
    const minor = first & 31;
    switch (first >> 5) {
      case Major.unsigned:
        return this.#argument(minor);
      case Major.negative:
        return this.#negative(minor);
      case Major.bytes:
        return this.#take(this.#length(minor, 1)).slice();
      case Major.text:
        return this.#text(this.#length(minor, 1));
      case Major.list:
        return this.#list(this.#length(minor, 1), depth + 1);
      case Major.map:
        return this.#map(this.#length(minor, 2), depth + 1);
      case Major.simple:
        return this.#simple(first);
      default:
        return refuse('no tags on the wire');
    }
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? refuse('cut short');
  }

  #uint(size: 1 | 2 | 4): number {
    let value = 0;
    for (let i = 0; i < size; i += 1) value = value * 256 + this.#byte();
    return value;
  }

  #argument(minor: number): number {
    if (minor < 24) return minor;
    if (minor === 24) return this.#atLeast(24, this.#uint(1));
    if (minor === 25) return this.#atLeast(2 ** 8, this.#uint(2));
    if (minor === 26) return this.#atLeast(2 ** 16, this.#uint(4));
    if (minor !== 27) return refuse('no indefinite lengths on the wire');
    const high = this.#uint(4);
    if (high >= 2 ** 21) refuse('a number beyond 2^53 - 1');
    return this.#atLeast(2 ** 32, high * 2 ** 32 + this.#uint(4));
  }

  #atLeast(least: number, value: number): number {
    return value >= least ? value : refuse('a number in more bytes than it needs');
  }

  #negative(minor: number): number {
    const argument = this.#argument(minor);
    return argument < Number.MAX_SAFE_INTEGER ? -1 - argument : refuse('a number beyond -(2^53 - 1)');
  }

  /** A count of items, refused at once when the message cannot hold so many: a claim must not allocate. */
  #length(minor: number, bytesAnItem: number): number {
    const length = this.#argument(minor);
    return length * bytesAnItem <= this.#bytes.length - this.#at ? length : refuse('cut short');
  }

  #take(length: number): Uint8Array<ArrayBufferLike> {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #text(length: number): string {
    try {
      return decoder.decode(this.#take(length));
    } catch {
      return refuse('text that is not UTF-8');
    }
  }

  #list(length: number, depth: number): unknown[] {
    if (depth > MAX_DEPTH) refuse('nested too deep');
    const values: unknown[] = [];
    for (let i = 0; i < length; i += 1) values.push(this.value(depth));
    return values;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    if (depth > MAX_DEPTH) refuse('nested too deep');
    const map: Record<string, unknown> = {};
    let last: string | undefined;
    for (let i = 0; i < length; i += 1) {
      const key = this.#key();
      if (last !== undefined && compareKeys(last, key) >= 0) refuse('keys out of order or repeated');
      map[key] = this.value(depth);
      last = key;
    }
    return map;
  }

  #key(): string {
    const first = this.#byte();
    if (first >> 5 !== Major.text) refuse('a key that is not text');
    const end = this.#length(first & 31, 1) + this.#at;
    let key = '';
    while (this.#at < end) {
      const byte = this.#byte();
      key += isKeyByte(byte) ? String.fromCharCode(byte) : refuse('a key of other than ASCII');
    }
    return key === PROTO ? refuse('a key that would set a prototype') : key;
  }

  #simple(first: number): boolean | null {
    switch (first) {
      case Simple.false:
        return false;
      case Simple.true:
        return true;
      case Simple.null:
        return null;
      default:
        return refuse('no floats or other simple values on the wire');
    }
  }
}
