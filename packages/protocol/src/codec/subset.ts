/** The major types of RFC 8949 that the wire has. */
export const Major = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, simple: 7 } as const;

/** First bytes of the simple values that the wire has. */
export const Simple = { false: 0xf4, true: 0xf5, null: 0xf6 } as const;

/** How deep lists and maps may nest. No shape comes near it; a heap of brackets must not exhaust the stack. */
export const MAX_DEPTH = 16;

/** A key is printable ASCII, so that order by UTF-16 unit is order by byte. */
export function isKeyByte(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e;
}

/** The one key that a plain object cannot hold: assigning it would set the prototype. */
export const PROTO = '__proto__';

/** RFC 8949 section 4.2.1: by encoded bytes, which for text begin with the length. */
export function compareKeys(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
