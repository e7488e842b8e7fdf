import type { BlobId, Bytes } from '@aurora/protocol';

/** Why the bytes of a file did not move. */
export type CourierReason =
  /** The line broke, or the relay is away. */
  | 'network'
  /** The ticket ended: another is to be had. */
  | 'ticket'
  /** The relay has no such file any more. */
  | 'gone'
  /** The relay's disk is full. */
  | 'full'
  /** The relay asks to wait. */
  | 'busy'
  /** The relay understood nothing. */
  | 'refused';

export class CourierError extends Error {
  override readonly name = 'CourierError';
  readonly reason: CourierReason;
  /** Milliseconds after which trying again may help. */
  readonly retryAfter: number | undefined;

  constructor(reason: CourierReason, options: ErrorOptions & { retryAfter?: number | undefined } = {}) {
    super(reason, options);
    this.reason = reason;
    this.retryAfter = options.retryAfter;
  }
}

export interface Errand {
  readonly blob: BlobId;
  readonly ticket: Bytes;
  /** Ends it at once; then it rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

export interface UploadErrand extends Errand {
  /** Sealed bytes in all. */
  readonly size: number;
  /** The sealed bytes from one place up to another; may wait until they are there. */
  slice(from: number, to: number): Promise<Blob>;
  /** So many of them are at the relay. */
  progress(sent: number): void;
}

export interface DownloadErrand extends Errand {
  /** The first byte that is wanted. */
  readonly from: number;
}

/** Carries sealed files to the relay and back (SPEC section 14). Rejects with CourierError. */
export interface Courier {
  /** Goes on from where the relay has it; resolves when it is whole there. */
  upload(errand: UploadErrand): Promise<void>;
  download(errand: DownloadErrand): Promise<ReadableStream<Uint8Array>>;
}
