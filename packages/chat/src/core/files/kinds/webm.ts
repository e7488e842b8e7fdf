import type { Head } from './head.ts';
import { film, type Kind, sound } from './kind.ts';

/** An element of EBML: its identifier, and where what it holds begins and ends. */
interface Element {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

const EBML = 0x1a45dfa3;
const DOC_TYPE = 0x4282;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const TRACK_TYPE = 0x83;
const VIDEO = 1;
const AUDIO = 2;
/** More elements than any honest file has at one level before its first tracks. */
const MOST_ELEMENTS = 256;

function* elements(head: Head, from: number, to: number): Generator<Element> {
  let at = from;
  for (let count = 0; count < MOST_ELEMENTS && at < Math.min(to, head.length); count++) {
    const idLength = lengthOf(head.u8(at));
    const sizeAt = at + idLength;
    const sizeLength = lengthOf(head.u8(sizeAt));
    if (idLength > 4 || sizeLength > 8) return;
    const start = sizeAt + sizeLength;
    const size = sizeOf(head, sizeAt, sizeLength);
    const end = size === null ? to : Math.min(start + size, to);
    yield { id: number(head, at, idLength), from: start, to: end };
    at = end;
  }
}

/** How many bytes a number takes that begins with this one: as many as it has leading zeros, and one. */
const lengthOf = (first: number): number => Math.clz32(first) - 23;

function number(head: Head, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 0x100 + head.u8(at + i);
  return value;
}

/** Null when it is not known, as in what is written while it is recorded: all bits are set then. */
function sizeOf(head: Head, at: number, length: number): number | null {
  const size = number(head, at, length) - 2 ** (7 * length);
  return size >= 2 ** (7 * length) - 1 ? null : size;
}

function only(id: number, inside: Iterable<Element>): Element | null {
  for (const element of inside) if (element.id === id) return element;
  return null;
}

export function webm(head: Head): Kind | null {
  const top = [...elements(head, 0, Number.MAX_SAFE_INTEGER)];
  const [ebml] = top;
  if (ebml?.id !== EBML) return null;
  const docType = only(DOC_TYPE, elements(head, ebml.from, ebml.to));
  if (docType === null || docType.to - docType.from !== 4 || !head.says(docType.from, 'webm')) return null;
  const segment = only(SEGMENT, top);
  const tracks = segment && only(TRACKS, elements(head, segment.from, segment.to));
  const types = tracks === null ? [] : trackTypes(head, tracks);
  return types.includes(AUDIO) && !types.includes(VIDEO) ? sound('audio/webm') : film('video/webm');
}

function trackTypes(head: Head, tracks: Element): readonly number[] {
  return [...elements(head, tracks.from, tracks.to)]
    .filter(({ id }) => id === TRACK)
    .map(({ from, to }) => only(TRACK_TYPE, elements(head, from, to)))
    .map((type) => (type === null ? 0 : head.u8(type.from)));
}
