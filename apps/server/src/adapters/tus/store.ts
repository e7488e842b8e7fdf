import type { Readable } from 'node:stream';
import { type BlobId, isBlobId } from '@aurora/protocol';
import { DataStore, ERRORS, Upload } from '@tus/server';
import type { FileDesk, Progress } from '../../core/files/file-desk.ts';

/** What tus reads and writes: our records and bytes. An upload has no metadata, and none is kept. */
export class TusStore extends DataStore {
  override extensions = ['creation', 'termination'];
  readonly #files: FileDesk;

  constructor(files: FileDesk) {
    super();
    this.#files = files;
  }

  /** It was made by `open_upload`, and may have bytes already: those stay. */
  override async create(upload: Upload): Promise<Upload> {
    await this.getUpload(upload.id);
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { record, offset } = await this.#progress(id);
    return new Upload({ id, size: record.size, offset });
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const { record, offset: present } = await this.#progress(id);
    if (present !== offset) throw ERRORS.INVALID_OFFSET;
    const now = await this.#files.append(record.blob, stream);
    if (now === undefined) throw ERRORS.FILE_NO_LONGER_EXISTS;
    return now;
  }

  override async remove(id: string): Promise<void> {
    const { record } = await this.#progress(id);
    if (!(await this.#files.drop(record.blob, record.owner))) throw ERRORS.FILE_NOT_FOUND;
  }

  async #progress(id: string): Promise<Progress> {
    const progress = await this.#files.progress(blobOf(id));
    if (progress === undefined) throw ERRORS.FILE_NOT_FOUND;
    return progress;
  }
}

function blobOf(id: string): BlobId {
  if (!isBlobId(id)) throw ERRORS.FILE_NOT_FOUND;
  return id;
}
