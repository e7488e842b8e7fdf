import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ENGINE_URL, SAVER_URL, trusted } from '../src/engine/addresses.ts';
import { attachment } from '../src/files/disposition.ts';
import { within } from '../src/files/drawing.ts';
import { filesIn, foldersIn } from '../src/files/dropped.ts';
import { hasMetadata, isAnimated } from '../src/files/metadata.ts';
import { prepare } from '../src/files/prepare.ts';
import { read } from '../src/files/reading.ts';
import { nameAt } from '../src/files/recorder.ts';
import { Shelf } from '../src/files/shelf.ts';
import { renamed } from '../src/files/smaller.ts';
import { engineHolding, fileOf } from './files-engine.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('the address of a worker', () => {
  it('is one of two, or nothing that a script is loaded from', () => {
    expect([trusted(ENGINE_URL), trusted(SAVER_URL)]).toEqual([ENGINE_URL, '/sw.js']);
    for (const other of ['https://evil.example/sw.js', '//evil.example/sw.js', '/sw.js?', '/files/blob', ''])
      expect(() => trusted(other)).toThrow('Not the address of a worker');
  });
});

describe('the header that names a saved file', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['Grüße.pdf', 'Gr%C3%BC%C3%9Fe.pdf'],
    ['a"b\'c.txt', 'a%22b%27c.txt'],
    ['a\r\nSet-Cookie: x=1', 'a%0D%0ASet-Cookie%3A%20x%3D1'],
    ['a\u202egpj.exe', 'a%E2%80%AEgpj.exe'],
    ['🌌.png', '%F0%9F%8C%8C.png'],
    ['(50%); filename=evil*.exe', '%2850%25%29%3B%20filename%3Devil%2A.exe'],
    ['\ud800', '%EF%BF%BD'],
  ])('holds %j as %s', (name, escaped) => {
    expect(attachment(name)).toBe(`attachment; filename*=UTF-8''${escaped}`);
  });

  it('is one parameter whatever the name, and gives it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const [, value] = /^attachment; filename\*=UTF-8''((?:[\w.~-]|%[0-9A-F]{2})*)$/.exec(
          attachment(name),
        ) ?? ['', '?'];
        expect(decodeURIComponent(value ?? '')).toBe(name.toWellFormed());
      }),
    );
  });
});

describe('reading a held file', () => {
  const content = Uint8Array.from({ length: 25 }, (_, i) => i);
  const all = async (chunks: AsyncIterable<Uint8Array>): Promise<number[]> => {
    const bytes: number[] = [];
    for await (const chunk of chunks) bytes.push(...chunk);
    return bytes;
  };

  it('gives its bytes in order, and lets go of it', async () => {
    const { engine, place, asked } = engineHolding(fileOf(content, 'text/plain', 'a.txt', 10));
    const reading = await read(engine, place);
    expect([reading.name, reading.type, reading.size]).toEqual(['a.txt', 'text/plain', 25]);
    expect(await all(reading)).toEqual([...content]);
    expect(asked).toEqual(['openFile', 'readFile', 'readFile', 'readFile', 'readFile', 'closeFile']);
  });

  it('lets go of it when nobody wants the rest', async () => {
    const { engine, place, asked } = engineHolding(fileOf(content, '', 'a', 10));
    for await (const _ of await read(engine, place)) break;
    expect(asked).toEqual(['openFile', 'readFile', 'closeFile']);
  });

  it('goes on where it stopped when the engine moved, or gave the reader up', async () => {
    const { engine, place, forget } = engineHolding(fileOf(content, '', 'a', 10));
    const reading = await read(engine, place);
    const bytes: number[] = [];
    for (let chunk = await reading.next(); chunk !== null; chunk = await reading.next()) {
      bytes.push(...chunk);
      forget();
    }
    expect(bytes).toEqual([...content]);
  });

  it('fails with the engine’s words when the file is gone', async () => {
    const { engine, place } = engineHolding({
      ...fileOf(content),
      chunk() {
        throw new Error('gone');
      },
    });
    await expect(all(await read(engine, place))).rejects.toMatchObject({ code: 'file_gone' });
  });
});

describe('what is kept to be shown', () => {
  const things = (most: number) => {
    const dropped: string[] = [];
    const fetched: string[] = [];
    const shelf = new Shelf<{ name: string; size: number }>(most, ({ name }) => dropped.push(name));
    const take = (name: string, size = 10) =>
      shelf.take(name, async () => {
        fetched.push(name);
        return { name, size };
      });
    return { dropped, fetched, take };
  };

  it('is fetched once for all who show it', async () => {
    const { fetched, take } = things(100);
    const [one, other] = await Promise.all([take('a'), take('a')]);
    expect(one.value).toBe(other.value);
    one.release();
    await take('a');
    expect(fetched).toEqual(['a']);
  });

  it('is dropped when it was shown longest ago and there is more than may be kept', async () => {
    const { dropped, take } = things(20);
    const shown = await take('shown', 50);
    for (const name of ['a', 'b', 'a', 'c']) (await take(name)).release();
    expect(dropped).toEqual(['b']);
    shown.release();
    expect(dropped).toEqual(['b', 'a', 'c', 'shown']);
  });

  it('is never dropped while somebody shows it, also when the other lets go of it twice', async () => {
    const { dropped, take } = things(0);
    const [one, other] = [await take('a'), await take('a')];
    one.release();
    one.release();
    expect(dropped).toEqual([]);
    other.release();
    expect(dropped).toEqual(['a']);
  });

  it('is fetched anew after it could not be', async () => {
    const shelf = new Shelf<{ size: number }>(10, () => {});
    await expect(shelf.take('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect((await shelf.take('a', async () => ({ size: 3 }))).value.size).toBe(3);
  });
});

describe('what a picture says beside its pixels', () => {
  const segment = (marker: string, body: string): string =>
    `\xff${marker}${String.fromCharCode(0, body.length + 2)}${body}`;
  const jpeg = (...segments: readonly string[]): Uint8Array =>
    latin1(`\xff\xd8${segments.join('')}${segment('\xda', 'scan')}`);
  const chunk = (name: string, body = ''): string =>
    `\0\0\0${String.fromCharCode(body.length)}${name}${body}CRC!`;
  const png = (...chunks: readonly string[]): Uint8Array =>
    latin1(`\x89PNG\r\n\x1a\n${chunk('IHDR', 'x'.repeat(13))}${chunks.join('')}`);
  const webp = (flags: number): Uint8Array =>
    latin1(`RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0${String.fromCharCode(flags)}${'\0'.repeat(9)}`);

  it.each([
    ['a plain JPEG', jpeg(segment('\xe0', 'JFIF\0')), false],
    ['one with colours', jpeg(segment('\xe2', 'ICC_PROFILE\0'), segment('\xee', 'Adobe')), false],
    ['one with a place', jpeg(segment('\xe0', 'JFIF\0'), segment('\xe1', 'Exif\0\0')), true],
    ['one with XMP', jpeg(segment('\xe1', 'http://ns.adobe.com/xap/1.0/\0')), true],
    ['one with IPTC', jpeg(segment('\xed', 'Photoshop 3.0\0')), true],
    ['one with another picture behind', jpeg(segment('\xe2', 'MPF\0')), true],
    ['one with a comment', jpeg(segment('\xfe', 'made at home')), true],
    ['one whose scan is not seen', latin1('\xff\xd8\xff\xe0\0\x40JFIF\0'), true],
    ['one that is broken', latin1('\xff\xd8\0\0\0\0\0'), true],
    ['a plain PNG', png(chunk('IDAT'), chunk('IEND')), false],
    ['a PNG with words', png(chunk('tEXt', 'Author'), chunk('IDAT'), chunk('IEND')), true],
    ['a PNG whose end is not seen', png(chunk('IDAT')), true],
    ['a plain WebP', latin1('RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0'), false],
    ['an extended WebP', webp(0x10), false],
    ['a WebP with a place', webp(0x08), true],
    ['anything else', latin1('ftypheic'), true],
  ])('%s', (_, head, metadata) => {
    expect(hasMetadata(head)).toBe(metadata);
  });

  it('whether it moves', () => {
    expect(isAnimated(webp(0x02))).toBe(true);
    expect(isAnimated(webp(0x10))).toBe(false);
    expect(isAnimated(png(chunk('acTL', '12345678'), chunk('IDAT')))).toBe(true);
    expect(isAnimated(png(chunk('IDAT')))).toBe(false);
  });

  it('is looked for without failing, whatever the bytes', () => {
    const magic = fc.constantFrom('\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'RIFF\0\0\0\0WEBPVP8X');
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const head = Uint8Array.from([...latin1(start), ...rest]);
        expect(typeof hasMetadata(head)).toBe('boolean');
        expect(typeof isAnimated(head)).toBe('boolean');
      }),
    );
  });
});

describe('a picture that somebody chose', () => {
  it('is looked into up to the size of a camera’s largest, to be rid of its place, though others’ are shown up to less', async () => {
    const looked = vi.fn(async () => Promise.reject(new Error('no canvas')));
    vi.stubGlobal('createImageBitmap', looked);
    const u32 = (n: number) => String.fromCharCode(n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255);
    const png = (width: number, height: number) =>
      new File(
        [latin1(`\x89PNG\r\n\x1a\n${u32(13)}IHDR${u32(width)}${u32(height)}`) as Uint8Array<ArrayBuffer>],
        'a.png',
      );
    await prepare(png(8_000, 6_000));
    expect(looked).toHaveBeenCalledTimes(1);
    await prepare(png(8_000, 7_000));
    expect(looked).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
  });
});

describe('names and sizes', () => {
  it.each([
    ['IMG_1.JPG', 'image/jpeg', 'IMG_1.JPG'],
    ['a.jpeg', 'image/jpeg', 'a.jpeg'],
    ['a.b.heic', 'image/jpeg', 'a.b.jpg'],
    ['a.png', 'image/webp', 'a.webp'],
    ['nameless', 'image/jpeg', 'nameless.jpg'],
    ['.hidden', 'image/jpeg', '.hidden.jpg'],
  ])('%s as %s is %s', (name, type, now) => {
    expect(renamed(name, type)).toBe(now);
  });

  it('a picture keeps its shape, and never grows', () => {
    expect(within({ width: 4000, height: 3000 }, 2048)).toEqual({ width: 2048, height: 1536 });
    expect(within({ width: 1, height: 50_000 }, 320)).toEqual({ width: 1, height: 320 });
    expect(within({ width: 30, height: 20 }, 320)).toEqual({ width: 30, height: 20 });
  });

  it('a voice note is named by the clock on the wall', () => {
    expect(nameAt(new Date(2026, 10, 5, 4, 5))).toBe('Voice note 2026-11-05 04.05');
  });
});

describe('what is dropped', () => {
  it('is files, and folders, which are only named', () => {
    const item = (kind: string, name: string, isDirectory: boolean | null) => ({
      kind,
      webkitGetAsEntry: () => (isDirectory === null ? null : { isDirectory, name }),
      getAsFile: () => (kind === 'file' ? new File(['x'], name) : null),
    });
    const items = [
      item('file', 'a.txt', false),
      item('file', 'photos', true),
      item('string', 'words', null),
      item('file', 'pasted.png', null),
    ];
    const data = { items };
    expect(filesIn(data).map(({ name }) => name)).toEqual(['a.txt', 'pasted.png']);
    expect(foldersIn(data)).toEqual(['photos']);
  });
});
