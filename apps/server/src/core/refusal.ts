import { RequestError } from '@aurora/protocol';
import type { StorageError } from '../ports/storage-error.ts';

const RETRY_FULL = 30_000;
const RETRY_FAILED = 2000;

/** What a client is told of a failure. */
export function refusalOf(error: RequestError | StorageError): RequestError {
  if (error instanceof RequestError) return error;
  switch (error.fault) {
    case 'full':
      return new RequestError(
        'disk_full',
        'The server has no space left, so nothing new can be kept. Reading still works. Ask its operator to free some space.',
        { retryAfter: RETRY_FULL },
      );
    case 'failed':
      return new RequestError(
        'storage_failed',
        'The server could not say whether this was kept. Trying again is safe.',
        { retryAfter: RETRY_FAILED },
      );
  }
}
