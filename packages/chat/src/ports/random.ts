import type { Bytes } from '@aurora/protocol';

/** Chance for ids and delays. Keys and nonces never come from here: a seed that ships would give them away. */
export interface Random {
  bytes(length: number): Bytes;
  /** From 0 up to, but not including, 1. */
  fraction(): number;
}
