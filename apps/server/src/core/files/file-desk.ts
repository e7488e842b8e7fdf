import type { BlobId, IdentityId } from '@aurora/protocol';
import type { BlobRecord, BlobRecords } from '../../ports/blob-records.ts';
import type { Blobs, ByteStream } from '../../ports/blobs.ts';

/** Where an upload stands. */
export interface Progress {
  readonly record: BlobRecord;
  readonly offset: number;
}

/** Records and bytes of sealed files, kept in step. Whoever calls it has asked who may. */
export class FileDesk {
  readonly #records: BlobRecords;
  readonly #blobs: Blobs;

  constructor({ blobRecords, blobs }: { blobRecords: BlobRecords; blobs: Blobs }) {
    this.#records = blobRecords;
    this.#blobs = blobs;
  }

  /** How far a blob has come; a relay that was killed behind the last byte notes only now that it is whole. */
  async offsetOf({ blob, whole, size }: BlobRecord): Promise<number> {
    if (whole) return size;
    const offset = await this.#blobs.size(blob);
    if (offset === size) await this.#records.complete(blob);
    return offset;
  }

  /** Undefined when there is no such blob. */
  async progress(blob: BlobId): Promise<Progress | undefined> {
    const record = await this.#records.find(blob);
    return record && { record, offset: await this.offsetOf(record) };
  }

  /** Adds to a blob, of which no more than its size must come; answers how far it is, undefined when it went meanwhile. */
  async append(blob: BlobId, bytes: ByteStream): Promise<number | undefined> {
    try {
      const offset = await this.#blobs.append(blob, bytes);
      const record = await this.#records.find(blob);
      if (record?.size === offset && !(await this.#records.complete(blob))) return undefined;
      return record && offset;
    } finally {
      // Its bytes were let go of before these came, and nobody would ever look for them again.
      if ((await this.#records.find(blob)) === undefined) await this.#blobs.drop(blob);
    }
  }

  /** Undefined when there is no such blob, or not all of it. */
  async whole(blob: BlobId): Promise<BlobRecord | undefined> {
    const record = await this.#records.find(blob);
    return record?.whole ? record : undefined;
  }

  read(blob: BlobId, first: number, last: number): ByteStream {
    return this.#blobs.read(blob, first, last);
  }

  /** Takes somebody's own blob back; false when it is not theirs. A relay that is killed midway sweeps the rest. */
  async drop(blob: BlobId, owner: IdentityId): Promise<boolean> {
    const condemned = await this.#records.condemn({ type: 'own', blob, owner });
    for (const one of condemned) await this.#blobs.drop(one);
    await this.#records.forget(condemned);
    return condemned.length > 0;
  }
}
