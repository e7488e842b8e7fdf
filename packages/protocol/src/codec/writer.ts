import type { Bytes } from '../bytes.ts';
import { CodecError } from '../errors.ts';
import { compareKeys, isKeyByte, MAX_DEPTH, Major, PROTO, Simple } from './subset.ts';

const encoder = new TextEncoder();

/** Bytes of the longest head, and of the buffer that is kept for the next value. */
const LONGEST_HEAD = 9;
const KEPT = 64 * 1024;

/** One value of the subset, written. Throws CodecError on whatever the subset cannot carry. */
export class Writer {
  #bytes: Bytes = new Uint8Array(4096);
  #at = 0;

  /** The bytes of a value. The writer may be used again, and keeps nothing of it. */
  write(value: unknown): Bytes {
    try {
      this.#at = 0;
      this.#value(value, 0);
      return this.#bytes.slice(0, this.#at);
    } finally {
      // Keys and open text pass through here on their way to be sealed.
      this.#bytes.fill(0, 0, this.#at + LONGEST_HEAD);
      if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(4096);
    }
  }

  #value(value: unknown, depth: number): void {
    if (value === null) this.#byte(Simple.null);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'boolean') this.#byte(value ? Simple.true : Simple.false);
    else if (value instanceof Uint8Array) this.#bytesValue(value);
    else if (Array.isArray(value)) this.#list(value, depth + 1);
    else if (typeof value === 'object') this.#map(value, depth + 1);
    else throw new CodecError(`no ${typeof value} on the wire`);
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  #uint(size: 1 | 2 | 4, value: number): void {
    this.#room(size);
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) {
      this.#bytes[this.#at] = value >>> shift;
      this.#at += 1;
    }
  }

  /** A major type with its argument in the fewest bytes. */
  #head(major: number, argument: number): void {
    const type = major << 5;
    if (argument < 24) this.#byte(type | argument);
    else if (argument < 2 ** 8) this.#wide(type | 24, 1, argument);
    else if (argument < 2 ** 16) this.#wide(type | 25, 2, argument);
    else if (argument < 2 ** 32) this.#wide(type | 26, 4, argument);
    else {
      this.#wide(type | 27, 4, Math.floor(argument / 2 ** 32));
      this.#uint(4, argument % 2 ** 32);
    }
  }

  #wide(first: number, size: 1 | 2 | 4, value: number): void {
    this.#byte(first);
    this.#uint(size, value);
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value)) throw new CodecError('no such number on the wire');
    if (value >= 0) this.#head(Major.unsigned, value);
    else this.#head(Major.negative, -1 - value);
  }

  #bytesValue(value: Uint8Array): void {
    this.#head(Major.bytes, value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  #text(value: string): void {
    if (!value.isWellFormed()) throw new CodecError('text with half a character');
    this.#room(LONGEST_HEAD + value.length * 3);
    const from = this.#at + LONGEST_HEAD;
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(from));
    this.#head(Major.text, written);
    this.#bytes.copyWithin(this.#at, from, from + written);
    this.#at += written;
  }

  #list(values: readonly unknown[], depth: number): void {
    if (depth > MAX_DEPTH) throw new CodecError('nested too deep');
    this.#head(Major.list, values.length);
    for (const value of values) this.#value(value, depth);
  }

  #map(map: object, depth: number): void {
    if (depth > MAX_DEPTH) throw new CodecError('nested too deep');
    const fields: [string, unknown][] = Object.entries(map);
    fields.sort(([a], [b]) => compareKeys(a, b));
    this.#head(Major.map, fields.length);
    for (const [key, value] of fields) {
      this.#key(key);
      this.#value(value, depth);
    }
  }

  #key(key: string): void {
    if (key === PROTO) throw new CodecError('a key that would set a prototype');
    this.#head(Major.text, key.length);
    this.#room(key.length);
    for (let i = 0; i < key.length; i += 1) {
      const byte = key.charCodeAt(i);
      if (!isKeyByte(byte)) throw new CodecError('a key of other than ASCII');
      this.#bytes[this.#at] = byte;
      this.#at += 1;
    }
  }
}
