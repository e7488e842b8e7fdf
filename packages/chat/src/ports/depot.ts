import type { Bytes } from '@aurora/protocol';

/** Where a device keeps sealed files, in parts: each is there whole or not at all. What is in it is ciphertext. */
export interface Depot {
  /** Bytes that one file may have here. */
  readonly most: number;
  /** Rejects with a `QuotaExceededError` when the device has no room. */
  put(file: string, part: number, sealed: Bytes): Promise<void>;
  get(file: string, part: number): Promise<Blob | undefined>;
  /** Files of which anything is there. */
  files(): Promise<string[]>;
  drop(file: string): Promise<void>;
  /** Forgets everything, for good. */
  wipe(): Promise<void>;
}
