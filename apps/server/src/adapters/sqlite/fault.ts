import type { StorageFault } from '../../ports/storage-error.ts';

/** Primary result codes of SQLite that ask something of the operator. */
export const SQLITE = {
  busy: 5,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
} as const;

/** The primary result code of an error that SQLite threw. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

/** Only a full disk is sure not to have written. */
export function faultOf(error: unknown): StorageFault {
  return resultCode(error) === SQLITE.full ? 'full' : 'failed';
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
