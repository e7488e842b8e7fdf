import type { Head } from './head.ts';
import { film, type Kind, picture, sound } from './kind.ts';

/** A box of the ISO base media format: its name, and where what it holds begins and ends. */
interface Box {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** More than any honest file has. */
const MOST_BRANDS = 32;

function* boxes(head: Head, from: number, to: number): Generator<Box> {
  let at = from;
  while (at + 8 <= Math.min(to, head.length)) {
    const short = head.u32(at);
    const long = short === 1;
    const header = long ? 16 : 8;
    const size = long ? head.u32(at + 8) * 2 ** 32 + head.u32(at + 12) : short === 0 ? to - at : short;
    if (size < header) return;
    yield { name: head.ascii(at + 4, 4), from: at + header, to: Math.min(at + size, to) };
    at += size;
  }
}

function* named(head: Head, inside: Iterable<Box>, ...path: readonly string[]): Generator<Box> {
  const [name, ...rest] = path;
  for (const box of inside) {
    if (box.name !== name) continue;
    if (rest.length === 0) yield box;
    // A `meta` box begins with a version and flags.
    else yield* named(head, boxes(head, box.from + (name === 'meta' ? 4 : 0), box.to), ...rest);
  }
}

const FILMS = /^(isom|iso[2-9]|mp4[12]|avc1|hvc1|av01|dash|MSNV|M4V |M4VP|M4VH|qt {2}|3gp\d|mmp4|cmf[c2f])$/;
const SOUNDS = /^(M4A |M4B )$/;

/** AVIF, M4A and MP4, which share their boxes. HEIC does too, but few browsers show it. */
export function boxed(head: Head): Kind | null {
  const top = [...boxes(head, 0, Number.MAX_SAFE_INTEGER)];
  const first = top[0];
  if (first?.name !== 'ftyp') return null;
  const major = head.ascii(first.from, 4);
  const brands = [major];
  for (let at = first.from + 8; at + 4 <= first.to && brands.length < MOST_BRANDS; at += 4)
    brands.push(head.ascii(at, 4));
  // A sequence is shown by its film, whose size stands elsewhere.
  if (brands.includes('avis')) return picture('image/avif', 0, 0);
  if (major === 'avif' || (major === 'mif1' && brands.includes('avif'))) return avif(head, top);
  if (SOUNDS.test(major)) return sound('audio/mp4');
  if (!FILMS.test(major)) return null;
  return isSoundOnly(head, top) ? sound('audio/mp4') : film('video/mp4');
}

/** The largest of all images within, since a thumbnail or a mask has a size too; none unless all are seen. */
function avif(head: Head, top: readonly Box[]): Kind {
  if (top.some(({ name, to }) => name === 'meta' && to > head.length)) return picture('image/avif', 0, 0);
  let [width, height] = [0, 0];
  for (const { from } of named(head, top, 'meta', 'iprp', 'ipco', 'ispe')) {
    width = Math.max(width, head.u32(from + 4));
    height = Math.max(height, head.u32(from + 8));
  }
  return picture('image/avif', width, height);
}

/** A recorder's sound comes under a film's brand; its tracks tell, if they stand at the beginning. */
function isSoundOnly(head: Head, top: readonly Box[]): boolean {
  const tracks = [...named(head, top, 'moov', 'trak', 'mdia', 'hdlr')].map(({ from }) =>
    head.ascii(from + 8, 4),
  );
  return tracks.includes('soun') && !tracks.includes('vide');
}
