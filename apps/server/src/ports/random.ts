import type { Bytes } from '@aurora/protocol';

export interface Random {
  /** Bytes that nobody can guess. */
  bytes(length: number): Bytes;
  /** A whole number from 0 up to, not including, `bound`; evenly spread. */
  below(bound: number): number;
}
