export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The part of a file that a `Range` header asks for (RFC 9110 section 14.1.2); undefined for all of it, null for what cannot be given:
 * several parts, none, or nonsense. A header of another unit is none, as the RFC wants.
 */
export function rangeOf(header: string | undefined, size: number): Range | null | undefined {
  if (header === undefined || !/^bytes\b/i.test(header)) return undefined;
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header) ?? [];
  if (from === undefined || to === undefined || from + to === '') return null;
  if (from === '') return Number(to) === 0 ? null : { first: Math.max(0, size - Number(to)), last: size - 1 };
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first < size && first <= last ? { first, last } : null;
}
