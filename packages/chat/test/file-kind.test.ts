import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEAD_BYTES, hintOf, isShowable, kindOf, MOST_PIXELS } from '../src/core/files/kind.ts';

/** Bytes from Latin-1 text and numbers. */
function bytes(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)),
  );
}
const u16 = (n: number): number[] => [n >> 8, n & 0xff];
const u32 = (n: number): number[] => [...u16(n >>> 16), ...u16(n & 0xffff)];
const u16le = (n: number): number[] => u16(n).reverse();
const u24le = (n: number): number[] => u32(n).reverse().slice(0, 3);
const zeros = (length: number): number[] => Array.from({ length }, () => 0);
const raw = (part: Uint8Array): number[] => [...part];

const png = (width: number, height: number): Uint8Array =>
  bytes('\x89PNG\r\n\x1a\n', u32(13), 'IHDR', u32(width), u32(height), [8, 6, 0, 0, 0], u32(0));
const segment = (marker: number, body: readonly number[]): number[] => [
  0xff,
  marker,
  ...u16(body.length + 2),
  ...body,
];
const sof = (marker: number, width: number, height: number): number[] =>
  segment(marker, [8, ...u16(height), ...u16(width), 3]);
const jpeg = (...segments: readonly number[][]): Uint8Array => bytes('\xff\xd8', segments.flat());
const SCAN = segment(0xda, zeros(10));
const gif = (width: number, height: number, ...rest: readonly number[]): Uint8Array =>
  bytes('GIF89a', u16le(width), u16le(height), [0, 0, 0], rest);
const LOOP = [0x21, 0xff, 11, ...raw(bytes('NETSCAPE2.0')), 3, 1, 0, 0, 0];
const GRAPHIC_CONTROL = [0x21, 0xf9, 4, 0, 0, 0, 0, 0];
/** The first image of a GIF. */
const frame = (width: number, height: number, x = 0, y = 0): number[] => [
  0x2c,
  ...[x, y, width, height].flatMap(u16le),
  0,
];
const webp = (chunk: string, body: readonly number[]): Uint8Array =>
  bytes('RIFF', zeros(4), 'WEBP', chunk, u32(body.length).reverse(), body);
const box = (name: string, ...parts: readonly (string | readonly number[])[]): number[] => {
  const body = raw(bytes(...parts));
  return [...u32(body.length + 8), ...raw(bytes(name)), ...body];
};
const ftyp = (major: string, ...brands: readonly string[]): number[] =>
  box('ftyp', major, zeros(4), ...brands);
const handler = (type: string): number[] => box('trak', box('mdia', box('hdlr', zeros(8), type, zeros(12))));
const ispe = (width: number, height: number): number[] => box('ispe', zeros(4), u32(width), u32(height));
const element = (id: readonly number[], body: readonly number[]): number[] => [
  ...id,
  0x40 | (body.length >> 8),
  body.length & 0xff,
  ...body,
];
const UNKNOWN_SIZE = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const webm = (docType: string, ...tracks: readonly number[]): Uint8Array =>
  bytes(
    element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], raw(bytes(docType)))),
    [0x18, 0x53, 0x80, 0x67, ...UNKNOWN_SIZE],
    element([0xec], zeros(5)),
    element(
      [0x16, 0x54, 0xae, 0x6b],
      tracks.flatMap((type) => element([0xae], [0xd7, 0x81, 1, 0x83, 0x81, type])),
    ),
  );
/** 128 kbit/s at 44.1 kHz: 417 bytes a frame. */
const mp3Frame = [0xff, 0xfb, 0x90, 0x00, ...zeros(413)];
const ogg = (packet: string): Uint8Array => bytes('OggS\0', [2], zeros(20), [1, packet.length], packet);

const picture = (type: string, width: number | null, height: number | null) => ({
  kind: 'picture',
  type,
  width,
  height,
});
const other = (kind: string, type: string) => ({ kind, type, width: null, height: null });

const HONEST: readonly (readonly [string, Uint8Array, unknown])[] = [
  ['a PNG', png(640, 480), picture('image/png', 640, 480)],
  ['a JPEG', jpeg(segment(0xe0, zeros(14)), sof(0xc0, 640, 480), SCAN), picture('image/jpeg', 640, 480)],
  [
    'a progressive JPEG after fill bytes and tables',
    jpeg(segment(0xe1, zeros(3000)), [0xff], segment(0xc4, zeros(20)), sof(0xc2, 4000, 3000), SCAN),
    picture('image/jpeg', 4000, 3000),
  ],
  ['a GIF', gif(320, 200, ...frame(320, 200)), picture('image/gif', 320, 200)],
  [
    'a GIF with a comment, and an image larger than its canvas',
    gif(1, 1, 0x21, 0xfe, 2, 65, 66, 0, ...frame(60_000, 50_000, 1, 2)),
    picture('image/gif', 60_001, 50_002),
  ],
  [
    'a GIF that moves',
    gif(320, 200, ...LOOP, ...GRAPHIC_CONTROL, ...frame(320, 200)),
    picture('image/gif', 320, 200),
  ],
  [
    'a lossy WebP',
    webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...u16le(640), ...u16le(480)]),
    picture('image/webp', 640, 480),
  ],
  [
    'a lossless WebP',
    webp('VP8L', [0x2f, ...u32(639 | (479 << 14)).reverse()]),
    picture('image/webp', 640, 480),
  ],
  [
    'an extended WebP',
    webp('VP8X', [0, 0, 0, 0, ...u24le(9999), ...u24le(19_999)]),
    picture('image/webp', 10_000, 20_000),
  ],
  [
    'an AVIF with a thumbnail',
    bytes(
      ftyp('avif', 'mif1'),
      box('meta', zeros(4), box('iprp', box('ipco', ispe(160, 120), ispe(1600, 1200)))),
    ),
    picture('image/avif', 1600, 1200),
  ],
  ['an AVIF that tells no size', bytes(ftyp('avif')), picture('image/avif', null, null)],
  ['an MP4', bytes(ftyp('isom', 'mp42')), other('film', 'video/mp4')],
  [
    'an MP4 with both tracks',
    bytes(ftyp('mp42'), box('moov', handler('vide'), handler('soun'))),
    other('film', 'video/mp4'),
  ],
  [
    'what a phone’s browser recorded',
    bytes(ftyp('iso5'), box('moov', handler('soun'))),
    other('sound', 'audio/mp4'),
  ],
  ['an M4A', bytes(ftyp('M4A ')), other('sound', 'audio/mp4')],
  ['a QuickTime film', bytes(ftyp('qt  ')), other('film', 'video/mp4')],
  ['a WebM film', webm('webm', 1, 2), other('film', 'video/webm')],
  ['a WebM sound', webm('webm', 2), other('sound', 'audio/webm')],
  ['an MP3', bytes(mp3Frame, mp3Frame), other('sound', 'audio/mpeg')],
  [
    'an MP3 with a tag',
    bytes('ID3', [4, 0, 0, 0, 0, 0, 20], zeros(20), mp3Frame, mp3Frame),
    other('sound', 'audio/mpeg'),
  ],
  [
    'an MP3 with a cover as long as what is seen',
    bytes('ID3', [3, 0, 0, 0, 0x7f, 0, 0], zeros(64)),
    other('sound', 'audio/mpeg'),
  ],
  ['an Ogg with Opus', ogg('OpusHead'), other('sound', 'audio/ogg')],
  ['an Ogg with Vorbis', ogg('\x01vorbis'), other('sound', 'audio/ogg')],
  ['a WAV', bytes('RIFF', zeros(4), 'WAVEfmt '), other('sound', 'audio/wav')],
  ['a FLAC', bytes('fLaC', [0x80, 0, 0, 34], zeros(34)), other('sound', 'audio/flac')],
];

const HOSTILE: readonly (readonly [string, Uint8Array])[] = [
  ['an SVG with a script', bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
  ['an SVG after a prologue', bytes('<?xml version="1.0"?><svg onload="alert(1)"/>')],
  ['a page', bytes('<!doctype html><script>alert(1)</script>')],
  ['a page after spaces and a mark', bytes('\xef\xbb\xbf \n<html>')],
  ['a PDF', bytes('%PDF-1.7\n')],
  ['a ZIP', bytes('PK\x03\x04', zeros(30))],
  ['a program of Windows', bytes('MZ', zeros(60))],
  ['a program of Linux', bytes('\x7fELF', zeros(60))],
  ['a script', bytes('#!/bin/sh\n')],
  ['a PostScript with a picture in it', bytes('%!PS-Adobe', raw(png(1, 1)))],
  ['a Flash', bytes('FWS', zeros(20))],
  ['a HEIC', bytes(ftyp('heic', 'mif1'))],
  ['boxes of an unknown brand', bytes(ftyp('evil', 'isom', 'avif'))],
  ['a Matroska', webm('matroska', 1)],
  ['an Ogg with Theora', ogg('\x80theora')],
  ['an Ogg with a page of no beginning', bytes('OggS\0', [0], zeros(20), [1, 8], 'OpusHead')],
  ['one header of an MP3', bytes(mp3Frame)],
  ['text in UTF-16', bytes('\xff\xfe<\0h\0t\0m\0l\0>\0')],
  ['a tag of an MP3 before a page', bytes('ID3', [4, 0, 0, 0, 0, 0, 0], '<script>alert(1)</script>')],
  ['a FLAC with another first block', bytes('fLaC', [4, 0, 0, 34], zeros(34))],
  ['a RIFF of something else', bytes('RIFF', zeros(4), 'AVI LIST')],
  ['a picture after something else', bytes(' ', raw(png(1, 1)))],
  ['nothing', bytes()],
];

describe('what a file is', () => {
  it.each(HONEST)('%s is told by its first bytes', (_, head, kind) => {
    expect(kindOf(head)).toEqual(kind);
  });

  it.each(HOSTILE)('%s is only ever saved', (_, head) => {
    expect(kindOf(head)).toBeNull();
  });

  it('is one thing only: what is a picture and a script besides has a picture’s type', () => {
    const polyglot = bytes('GIF89a/*', zeros(5), '*/=1;alert(1)');
    expect(kindOf(polyglot)?.type).toBe('image/gif');
    const commented = jpeg(segment(0xfe, raw(bytes('<script>alert(1)</script>'))), sof(0xc0, 10, 10), SCAN);
    expect(kindOf(commented)).toEqual(picture('image/jpeg', 10, 10));
  });

  it('never throws, ends whatever it is given, and gives no type but ours', () => {
    const types = /^(image\/(png|jpeg|gif|webp|avif)|audio\/(mpeg|ogg|wav|flac|mp4|webm)|video\/(mp4|webm))$/;
    const mangled = fc
      .tuple(
        fc.constantFrom(...HONEST.map(([, head]) => head)),
        fc.uint8Array({ maxLength: 64 }),
        fc.nat({ max: 120 }),
      )
      .map(([head, junk, at]) =>
        bytes(raw(head.subarray(0, at)), raw(junk), raw(head.subarray(at + junk.length))),
      );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mangled), (head) => {
        const kind = kindOf(head);
        if (kind !== null) expect(kind.type).toMatch(types);
        if (kind?.kind !== 'picture') expect(kind?.width ?? null).toBeNull();
        expect(kind?.width).not.toBe(0);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is told from what is there when the file ends early', () => {
    for (const [, head] of HONEST)
      for (let length = 0; length < head.length; length++) {
        const kind = kindOf(head.subarray(0, length));
        if (kind?.kind === 'picture') expect(isShowable({ ...kind, width: null })).toBe(false);
      }
    expect(kindOf(jpeg(segment(0xe0, zeros(14))))).toEqual(picture('image/jpeg', null, null));
  });

  it('does not take for ever, however many parts the file claims to have', () => {
    const many = new Uint8Array(HEAD_BYTES);
    many.set(bytes(ftyp('isom')));
    for (let at = 16; at + 8 <= many.length; at += 8) many.set(bytes(u32(8), 'free'), at);
    const segments = new Uint8Array(HEAD_BYTES);
    for (let at = 2; at + 4 <= segments.length; at += 4) segments.set([0xff, 0xe0, 0, 2], at);
    segments.set([0xff, 0xd8]);
    const before = performance.now();
    kindOf(many);
    kindOf(segments);
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('a picture', () => {
  it('that would take all memory, or tells no size, is not shown', () => {
    const shown = (head: Uint8Array): boolean => {
      const kind = kindOf(head);
      return kind !== null && isShowable(kind);
    };
    expect(shown(png(60_000, 60_000))).toBe(false);
    expect(shown(png(0xffffffff, 1))).toBe(false);
    expect(shown(png(0, 100))).toBe(false);
    expect(shown(bytes(ftyp('avif')))).toBe(false);
    expect(shown(png(MOST_PIXELS / 5_000, 5_000))).toBe(true);
    expect(shown(png(MOST_PIXELS / 5_000 + 1, 5_000))).toBe(false);
    expect(shown(png(8_000, 6_000))).toBe(false);
  });
});

const LONG_COMMENT = Array.from({ length: HEAD_BYTES / 256 }, () => [255, ...zeros(255)]).flat();

/** Small by what a careless reader finds, and enormous for browsers. */
const BOMBS: readonly (readonly [string, Uint8Array, number | null])[] = [
  [
    'a JPEG with a marker without length, behind which the small frame is the body of a segment',
    jpeg(
      [0xff, 0xd0],
      [0, 10],
      segment(0xef, [...zeros(4), ...sof(0xc0, 10, 10)]),
      sof(0xc0, 20_000, 20_000),
      SCAN,
    ),
    null,
  ],
  [
    'a JPEG with markers without length right before its frame',
    jpeg([0xff, 0xd7, 0xff, 0x01], sof(0xc0, 20_000, 20_000), SCAN),
    20_000,
  ],
  ['a JPEG with two frames', jpeg(sof(0xc0, 10, 10), sof(0xc2, 20_000, 20_000), SCAN), 20_000],
  ['a JPEG whose scan is not seen', jpeg(sof(0xc0, 10, 10), segment(0xe1, zeros(90))), null],
  [
    'a JPEG with something between segments',
    jpeg(sof(0xc0, 10, 10), [0], sof(0xc0, 20_000, 20_000), SCAN),
    null,
  ],
  ['a JPEG with a marker of no meaning', jpeg(segment(0x02, zeros(4)), sof(0xc0, 10, 10), SCAN), null],
  ['a JPEG in a JPEG', jpeg([0xff, 0xd8], sof(0xc0, 10, 10), SCAN), null],
  [
    'a GIF whose first image lies beyond what is seen',
    bytes(raw(gif(10, 10, 0x21, 0xfe)), LONG_COMMENT, [0], frame(20_000, 20_000)),
    null,
  ],
  ['a GIF that ends within its first image’s size', gif(10, 10, ...frame(10, 10).slice(0, -1)), null],
  ['a GIF with a control block that is too short', gif(10, 10, 0x21, 0xf9, 1, 0, 0, ...frame(10, 10)), null],
  [
    'a GIF with a loop block that is too short',
    gif(10, 10, ...LOOP.slice(0, -5), 1, 1, 0, ...frame(10, 10)),
    null,
  ],
  [
    'an AVIF of a sequence',
    bytes(ftyp('avis', 'avif'), box('meta', zeros(4), box('iprp', box('ipco', ispe(10, 10))))),
    null,
  ],
  [
    'an AVIF that is a sequence besides',
    bytes(ftyp('avif', 'avis'), box('meta', zeros(4), box('iprp', box('ipco', ispe(10, 10))))),
    null,
  ],
  [
    'an AVIF whose large image stands behind many small ones',
    bytes(
      ftyp('avif'),
      box(
        'meta',
        zeros(4),
        box('iprp', box('ipco', ...Array.from({ length: 300 }, () => ispe(1, 1)), ispe(20_000, 20_000))),
      ),
    ),
    20_000,
  ],
  [
    'an AVIF whose sizes are not all seen',
    bytes(
      ftyp('avif'),
      box('meta', zeros(4), box('iprp', box('ipco', ispe(10, 10), box('free', zeros(HEAD_BYTES))))),
    ),
    null,
  ],
];

describe('a bomb', () => {
  it.each(BOMBS)('%s is not shown', (_, head, width) => {
    const kind = kindOf(head);
    expect(kind?.width).toBe(width);
    expect(kind !== null && isShowable(kind)).toBe(false);
  });
});

describe('a declared type', () => {
  it.each([
    ['image/png', 'picture'],
    ['IMAGE/JPEG; q=1', 'picture'],
    ['audio/webm;codecs=opus', 'sound'],
    ['audio/mpeg', 'sound'],
    ['video/mp4', 'film'],
    ['image/svg+xml', null],
    ['image/png+xml', null],
    ['text/html', null],
    ['application/pdf', null],
    ['', null],
  ])('%j hints at %j', (type, hint) => {
    expect(hintOf(type)).toBe(hint);
  });
});
