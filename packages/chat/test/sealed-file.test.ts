import { createFileKey, sealedSize } from '@aurora/crypto/files';
import type { Bytes } from '@aurora/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { values } from '../src/core/files/packing.ts';
import { PART, partCount, sliceOf } from '../src/core/files/parts.ts';
import { openFile, proveFile, type SealedFile, sealFile } from '../src/core/files/sealed-file.ts';

const MIB = 1024 * 1024;

/** Bytes that repeat nowhere near. */
function filled(size: number): Bytes {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

interface Sealed {
  readonly parts: Blob[];
  readonly file: SealedFile;
}

async function seal(content: Blob, packs = false): Promise<Sealed> {
  const key = createFileKey();
  const parts: Blob[] = [];
  const read = await sealFile({
    content,
    key,
    packs,
    signal: new AbortController().signal,
    progress: () => undefined,
    put: async (part, sealed) => {
      parts[part] = new Blob([sealed]);
    },
  });
  return { parts, file: { ...key, ...read, size: content.size } };
}

const streamOf = (...parts: Blob[]) => new Blob(parts).stream();

async function open({ parts, file }: Sealed): Promise<Buffer> {
  const bytes: Uint8Array[] = [];
  for await (const piece of values(await openFile(streamOf(...parts), file))) bytes.push(piece);
  return Buffer.concat(bytes);
}

describe('a sealed file', () => {
  it.each([0, 1, 255, MIB, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 17 * MIB])(
    'of %i bytes comes in parts as long as is said, and opens to what it was, packed or not',
    async (size) => {
      const content = filled(size);
      for (const packs of [false, true]) {
        const sealed = await seal(new Blob([content]), packs);
        const length = sealed.parts.reduce((sum, part) => sum + part.size, 0);
        expect(length).toBe(sealedSize(sealed.file.packed ?? size));
        expect(sealed.parts.length).toBe(partCount(length));
        for (const part of sealed.parts.slice(0, -1)) expect(part.size).toBe(PART);
        expect(Buffer.compare(await open(sealed), content)).toBe(0);
        await proveFile(streamOf(...sealed.parts), sealed.file);
      }
    },
  );

  it('gives any slice of itself, over any number of parts', async () => {
    const { parts } = await seal(new Blob([filled(20 * MIB)]));
    const whole = Buffer.from(await new Blob(parts).arrayBuffer());
    const part = async (index: number) => parts[index] ?? new Blob();
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), async (one, two) => {
        const [from, to] = one < two ? [one, two] : [two, one];
        const slice = await sliceOf(part, from, to);
        expect(slice.size).toBe(to - from);
        const ends = [slice.slice(0, 100), slice.slice(-100)].map(async (end) =>
          Buffer.from(await end.arrayBuffer()),
        );
        const [head, tail] = await Promise.all(ends);
        expect(head).toEqual(whole.subarray(from, Math.min(to, from + 100)));
        expect(tail).toEqual(whole.subarray(Math.max(from, to - 100), to));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a file that is not what its message says is refused, and it is said why:', () => {
  const refused = async ({ parts, file }: Sealed, lie: Partial<SealedFile>) => {
    try {
      await proveFile(streamOf(...parts), { ...file, ...lie });
    } catch (error) {
      return error;
    }
    throw new Error('it was believed');
  };

  it('its hash is another', async () => {
    const sealed = await seal(new Blob([filled(2 * MIB)]));
    const hash = sealed.file.hash.slice();
    hash[31] = (hash[31] ?? 0) ^ 1;
    expect(await refused(sealed, { hash })).toMatchObject({ failure: { code: 'file_differs' } });
  });

  it('it is said to be shorter, or longer, than it is', async () => {
    const sealed = await seal(new Blob([filled(2 * MIB)]));
    for (const size of [0, MIB, 2 * MIB - 1, 2 * MIB + 1])
      expect(await refused(sealed, { size })).toMatchObject({ code: 'padding_wrong' });
    const packed = await seal(new Blob(['a'.repeat(2 * MIB)]), true);
    for (const size of [0, 2 * MIB - 1, 2 * MIB + 1])
      expect(await refused(packed, { size })).toMatchObject({ failure: { code: 'file_differs' } });
  });

  it('a little that was packed becomes more than was said, and is stopped before it all comes', async () => {
    const bomb = await seal(new Blob([new Uint8Array(64 * MIB)]), true);
    expect(bomb.parts[0]?.size).toBeLessThan(MIB);
    let came = 0;
    const reading = (async () => {
      for await (const piece of values(await openFile(streamOf(...bomb.parts), { ...bomb.file, size: MIB })))
        came += piece.length;
    })();
    await expect(reading).rejects.toMatchObject({ failure: { code: 'file_differs' } });
    expect(came).toBeLessThanOrEqual(MIB);
  });

  it('what is said to be packed is not', async () => {
    const sealed = await seal(new Blob([filled(MIB)]));
    expect(await refused(sealed, { packed: MIB })).toMatchObject({ failure: { code: 'file_differs' } });
  });

  it('its parts are swapped, left out, cut, or another’s', async () => {
    const sealed = await seal(new Blob([filled(20 * MIB)]));
    const other = await seal(new Blob([filled(20 * MIB)]));
    const [a, b, c] = sealed.parts as [Blob, Blob, Blob];
    const [, d] = other.parts as [Blob, Blob];
    for (const [parts, code] of [
      [[b, a, c], 'chunk_wrong'],
      [[a, c], 'chunk_wrong'],
      [[a, b], 'file_truncated'],
      [[a, b, c.slice(0, -1)], 'chunk_wrong'],
      [[a, d, c], 'chunk_wrong'],
      [[a, b, c, new Blob(['x'])], 'file_extended'],
    ] as const)
      expect(await refused({ ...sealed, parts: [...parts] }, {})).toMatchObject({ code });
  });
});
