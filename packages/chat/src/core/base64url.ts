import type { Bytes } from '@aurora/protocol';

/** Base64 for links (RFC 4648 section 5), without padding. */
export function toBase64Url(bytes: Bytes): string {
  const text = String.fromCharCode(...bytes);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Null for anything that `toBase64Url` would not have written. */
export function fromBase64Url(text: string): Bytes | null {
  if (!/^[A-Za-z0-9_-]{1,1024}$/.test(text) || text.length % 4 === 1) return null;
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );
  return toBase64Url(bytes) === text ? bytes : null;
}
