import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { diskBlobs } from '../src/adapters/disk/blobs.ts';
import type { Blobs } from '../src/ports/blobs.ts';
import { blobStores, bytesOf, newBlob, roomFor, streamOf } from './support/blobs.ts';
import { temporaryFolder } from './support/folder.ts';
import { randomBytes } from './support/keys.ts';

async function allOf(blobs: Blobs): Promise<string[]> {
  const found: string[] = [];
  for await (const blob of blobs.all()) found.push(blob);
  return found.sort();
}

describe.each(blobStores)('the bytes of files in %s', (_name, open) => {
  it('are added to what is there, and read from any place to any other', async () => {
    const [blobs, blob, other] = [open(), newBlob(), newBlob()];
    const bytes = randomBytes(200_000);
    expect(await blobs.append(blob, streamOf(bytes.slice(0, 70_000), bytes.slice(70_000, 70_001)))).toBe(
      70_001,
    );
    expect(await blobs.size(blob)).toBe(70_001);
    await blobs.append(other, streamOf(utf8('other')));
    expect(await blobs.append(blob, streamOf(bytes.slice(70_001)))).toBe(200_000);
    for (const [first, last] of [
      [0, 199_999],
      [0, 0],
      [69_999, 70_002],
      [199_999, 199_999],
    ] as const)
      expect(Buffer.compare(await bytesOf(blobs.read(blob, first, last)), bytes.slice(first, last + 1))).toBe(
        0,
      );
  });

  it('of which none came are none, and no error', async () => {
    const [blobs, blob] = [open(), newBlob()];
    expect(await blobs.size(blob)).toBe(0);
    expect(await blobs.append(blob, streamOf())).toBe(0);
    await blobs.drop(newBlob());
  });

  it('[FL10] that had come stay when no more do', async () => {
    const [blobs, blob] = [open(), newBlob()];
    async function* broken() {
      yield utf8('half');
      throw new Error('the connection is gone');
    }
    await expect(blobs.append(blob, broken())).rejects.toThrow('the connection is gone');
    expect(await blobs.append(blob, streamOf(utf8(' and half')))).toBe(13);
    expect(String(await bytesOf(blobs.read(blob, 0, 12)))).toBe('half and half');
  });

  it('are dropped, all of them, and the others stay and are told', async () => {
    const [blobs, gone, stays] = [open(), newBlob(), newBlob()];
    for (const blob of [gone, stays]) await blobs.append(blob, streamOf(utf8('x')));
    expect(await allOf(blobs)).toEqual([gone, stays].sort());
    await blobs.drop(gone);
    await blobs.drop(gone);
    expect([await blobs.size(gone), await allOf(blobs)]).toEqual([0, [stays]]);
  });

  it('are still read to their end by whoever began before they were dropped, or fail, and are never others', async () => {
    const [blobs, blob] = [open(), newBlob()];
    await blobs.append(blob, streamOf(randomBytes(1_000_000)));
    const before = await bytesOf(blobs.read(blob, 0, 999_999));
    const reading = blobs.read(blob, 0, 999_999)[Symbol.asyncIterator]();
    const first = await reading.next();
    await blobs.drop(blob);
    const parts: Uint8Array[] = [first.value];
    for (let next = await reading.next(); !next.done; next = await reading.next()) parts.push(next.value);
    expect(Buffer.compare(Buffer.concat(parts), before)).toBe(0);
  });
});

describe('a folder of files', () => {
  it('[FL17] takes nothing more once the disk is short, of which what it wrote counts, and goes on after that', async () => {
    const folder = temporaryFolder();
    const blob = newBlob();
    const parts = streamOf(utf8('kept'), utf8('kept too'), utf8('lost'));
    const full = diskBlobs(folder, roomFor(10)).append(blob, parts);
    await expect(full).rejects.toMatchObject({ name: 'StorageError', fault: 'full' });
    expect(readFileSync(join(folder, blob), 'utf8')).toBe('keptkept too');
    expect(await diskBlobs(folder, roomFor(10)).append(blob, streamOf(utf8(' more')))).toBe(17);
  });

  it('tells what is not its own of nothing, and what it cannot read as a fault', async () => {
    const folder = temporaryFolder();
    const blobs = diskBlobs(folder, roomFor(10));
    writeFileSync(join(folder, 'notes.txt'), 'the operator’s');
    expect(await allOf(blobs)).toEqual([]);
    await expect(bytesOf(blobs.read(newBlob(), 0, 1))).rejects.toMatchObject({
      name: 'StorageError',
      fault: 'failed',
    });
  });
});
