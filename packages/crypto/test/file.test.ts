import { type Bytes, concatBytes, fromHex, toHex } from '@aurora/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CHUNK,
  chunkCount,
  createFileKey,
  digesting,
  type FileCipher,
  fileCipher,
  openChunk,
  opening,
  padding,
  SEALED_CHUNK,
  sealChunk,
  sealedSize,
  sealing,
  unpadding,
} from '../src/files.ts';
import { expectRefusal } from './help/refusal.ts';

let cipher: FileCipher;
beforeAll(async () => {
  cipher = await fileCipher(createFileKey());
});

const TAG = SEALED_CHUNK - CHUNK;

/** Bytes that repeat nowhere near a chunk's length. */
function filled(size: number, seed = 1): Bytes {
  const words = new Uint32Array(Math.ceil(size / 4));
  let word = seed;
  for (let at = 0; at < words.length; at += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = word;
  }
  return new Uint8Array(words.buffer).slice(0, size);
}

/** All that comes out when bytes go in, cut at these lengths in turn. */
async function through(
  stream: TransformStream<Uint8Array, Uint8Array>,
  input: Bytes,
  cuts: readonly number[] = [300_000],
): Promise<Bytes> {
  const writer = stream.writable.getWriter();
  const feed = async () => {
    for (let at = 0, turn = 0; at < input.length; turn += 1) {
      const end = at + (cuts[turn % cuts.length] ?? input.length);
      await writer.write(input.subarray(at, end));
      at = end;
    }
    await writer.close();
  };
  // What goes wrong is told by the other end.
  feed().catch(() => {});
  const parts: Uint8Array[] = [];
  for await (const part of stream.readable) parts.push(part);
  return concatBytes(...parts);
}

const sizes = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 12_345];

describe('a sealed file', () => {
  it.each(sizes)('of %i bytes opens to what it was, and is as long as is said', async (size) => {
    const plain = filled(size);
    const padded = await through(padding(), plain);
    const sealed = await through(sealing(cipher), padded);
    expect(sealed.length).toBe(sealedSize(size));
    expect(chunkCount(padded.length)).toBe(Math.ceil(sealed.length / SEALED_CHUNK));
    const opened = await through(opening(cipher), sealed);
    expect(Buffer.compare(await through(unpadding(size), opened), plain)).toBe(0);
  });

  it('tells little by its length: sizes that are near each other are one', () => {
    const lengths = new Set(Array.from({ length: 10_000 }, (_, at) => sealedSize(1_000_000 + at)));
    expect(lengths.size).toBe(1);
    expect(new Set([0, 1, 100, 256].map(sealedSize)).size).toBe(1);
  });

  it('does not depend on how the bytes come', async () => {
    const plain = filled(2 * CHUNK + 77);
    const whole = await through(sealing(cipher), plain, [plain.length]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 1_500_000 }), { minLength: 1, maxLength: 6 }),
        async (cuts) => {
          expect(Buffer.compare(await through(sealing(cipher), plain, cuts), whole)).toBe(0);
          expect(Buffer.compare(await through(opening(cipher), whole, cuts), plain)).toBe(0);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('shows nothing of itself: chunks of zeros are all different', async () => {
    const zeros = new Uint8Array(CHUNK);
    const places = [
      { index: 0, last: false },
      { index: 0, last: true },
      { index: 1, last: false },
      { index: 256, last: false },
    ];
    const sealed = await Promise.all(places.map((place) => sealChunk(cipher, place, zeros)));
    expect(new Set(sealed.map((one) => toHex(one.slice(0, 32)))).size).toBe(places.length);
  });
});

describe('a file that somebody meddled with is refused, and it is said how:', () => {
  const size = 3 * CHUNK + 1_000;
  let sealed: Bytes;
  beforeAll(async () => {
    sealed = await through(sealing(cipher), filled(size));
  });
  const chunks = () =>
    Array.from({ length: chunkCount(size) }, (_, at) =>
      sealed.slice(at * SEALED_CHUNK, (at + 1) * SEALED_CHUNK),
    );
  const refuses = (input: Bytes, code: Parameters<typeof expectRefusal>[1]) =>
    expectRefusal(through(opening(cipher), input), code);

  it('cut between chunks, inside one, or of everything', async () => {
    for (const count of [1, 2, 3]) await refuses(concatBytes(...chunks().slice(0, count)), 'file_truncated');
    for (const end of [1, TAG, SEALED_CHUNK - 1, sealed.length - 1])
      await refuses(sealed.slice(0, end), 'chunk_wrong');
    await refuses(new Uint8Array(0), 'chunk_wrong');
  });

  it('with bytes or chunks after its end', async () => {
    await refuses(concatBytes(sealed, new Uint8Array(1)), 'chunk_wrong');
    const full = await through(sealing(cipher), filled(2 * CHUNK));
    await refuses(concatBytes(full, new Uint8Array(TAG)), 'file_extended');
    await refuses(concatBytes(full, full.slice(0, SEALED_CHUNK)), 'file_extended');
  });

  it('with chunks in another order, left out, or told twice', async () => {
    const [a, b, c, d] = chunks() as [Bytes, Bytes, Bytes, Bytes];
    for (const order of [
      [b, a, c, d],
      [a, c, b, d],
      [a, c, d],
      [a, a, b, c, d],
      [b, c, d],
    ])
      await refuses(concatBytes(...order), 'chunk_wrong');
  });

  it('with a chunk of another file, or under another key', async () => {
    const other = await fileCipher(createFileKey());
    const theirs = await through(sealing(other), filled(size));
    const [a, , c, d] = chunks() as [Bytes, Bytes, Bytes, Bytes];
    await refuses(concatBytes(a, theirs.slice(SEALED_CHUNK, 2 * SEALED_CHUNK), c, d), 'chunk_wrong');
    await expectRefusal(through(opening(other), sealed), 'chunk_wrong');
    const { key } = createFileKey();
    const one = await fileCipher({ key, prefix: new Uint8Array(7) });
    const two = await fileCipher({ key, prefix: new Uint8Array(7).fill(1) });
    await expectRefusal(through(opening(two), await through(sealing(one), filled(10))), 'chunk_wrong');
  });

  it('with any bit flipped, and gives out no chunk that is not whole', async () => {
    const short = await through(sealing(cipher), filled(CHUNK + 40));
    await fc.assert(
      fc.asyncProperty(fc.nat(short.length * 8 - 1), async (bit) => {
        const flipped = short.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const seen: number[] = [];
        const stream = opening(cipher);
        const writer = stream.writable.getWriter();
        writer
          .write(flipped)
          .then(() => writer.close())
          .catch(() => {});
        const reading = (async () => {
          for await (const part of stream.readable) seen.push(part.length);
        })();
        await expectRefusal(reading, 'chunk_wrong');
        // What was read before the refusal is whole; an error drops what nobody has read yet.
        expect(seen).toEqual(bit >> 3 < SEALED_CHUNK ? [] : seen.map(() => CHUNK));
        expect(seen.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it('of chunks that a sealer never makes', async () => {
    for (const [place, length] of [
      [{ index: 0, last: false }, 5],
      [{ index: 0, last: false }, 0],
      [{ index: 1, last: true }, 0],
      [{ index: 0, last: true }, CHUNK + 1],
      [{ index: 2 ** 32, last: true }, 1],
    ] as const)
      await expectRefusal(sealChunk(cipher, place, new Uint8Array(length)), 'chunk_wrong');
    await expectRefusal(
      openChunk(cipher, { index: 0, last: true }, new Uint8Array(SEALED_CHUNK + 1)),
      'chunk_wrong',
    );
  });

  it('with a key of the wrong size', async () => {
    const { key, prefix } = createFileKey();
    await expectRefusal(fileCipher({ key: key.slice(1), prefix }), 'key_wrong_size');
    await expectRefusal(fileCipher({ key, prefix: prefix.slice(1) }), 'key_wrong_size');
  });
});

const FROZEN = 'c96cc319d1ed17a8d335e079ddfccaf61707eb13ca97e6485a9587391ea1197f96dd5c';

it('a frozen file still opens', async () => {
  const frozen = await fileCipher({ key: new Uint8Array(32).fill(7), prefix: new Uint8Array(7).fill(9) });
  const text = new TextEncoder().encode('the northern lights');
  const sealed = await sealChunk(frozen, { index: 0, last: true }, text);
  expect(toHex(sealed)).toBe(FROZEN);
  expect(await openChunk(frozen, { index: 0, last: true }, fromHex(FROZEN))).toEqual(text);
});

/** As file/digest.ts says it, in other words. */
async function digestOf(plain: Bytes): Promise<string> {
  const sha = async (bytes: Bytes) => Buffer.from(await crypto.subtle.digest('SHA-256', bytes));
  const leaves: Buffer[] = [];
  for (let at = 0; at === 0 || at < plain.length; at += CHUNK)
    leaves.push(await sha(plain.slice(at, at + CHUNK)));
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(plain.length));
  return (
    await sha(new Uint8Array(Buffer.concat([Buffer.from('aurora/file-digest/1'), size, ...leaves])))
  ).toString('hex');
}

describe('the digest of a file', () => {
  it.each(sizes)('of %i bytes is the same however they come, and lets them through', async (size) => {
    const plain = filled(size);
    for (const cuts of [[300_000], [CHUNK], [1, 2_000_000]]) {
      const { stream, digest } = digesting();
      expect(Buffer.compare(await through(stream, plain, cuts), plain)).toBe(0);
      const { size: counted, hash } = await digest();
      expect([counted, toHex(hash)]).toEqual([size, await digestOf(plain)]);
    }
  });

  it('differs for any bit, for a byte more, and for chunks in another order', async () => {
    const digestFrom = async (plain: Bytes) => {
      const { stream, digest } = digesting();
      await through(stream, plain);
      return toHex((await digest()).hash);
    };
    const plain = filled(CHUNK + 500);
    const flipped = plain.slice();
    flipped[CHUNK] = (flipped[CHUNK] ?? 0) ^ 1;
    const swapped = concatBytes(
      plain.slice(0, 100),
      plain.slice(200, 300),
      plain.slice(100, 200),
      plain.slice(300),
    );
    const all = [
      plain,
      flipped,
      concatBytes(plain, new Uint8Array(1)),
      swapped,
      new Uint8Array(0),
      new Uint8Array(1),
    ];
    expect(new Set(await Promise.all(all.map(digestFrom))).size).toBe(all.length);
  });
});

describe('padding of a file', () => {
  it('is refused when it is too short, too long, or not zeros, and when the file is said to be longer than it is', async () => {
    const padded = await through(padding(), filled(1_000));
    expect(await through(unpadding(1_000), padded)).toEqual(filled(1_000));
    const dirty = padded.slice();
    dirty[padded.length - 1] = 1;
    for (const [length, bytes] of [
      [1_000, padded.slice(0, -1)],
      [1_000, concatBytes(padded, new Uint8Array(1))],
      [1_000, dirty],
      [999, padded],
      [2_000, padded],
    ] as const)
      await expectRefusal(through(unpadding(length), bytes), 'padding_wrong');
  });
});
