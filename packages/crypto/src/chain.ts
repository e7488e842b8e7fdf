import { type Bytes, concatBytes, type Seq } from '@aurora/protocol';
import { sha256 } from './primitives/hash.ts';
import { u64 } from './primitives/number.ts';

/** The chain of a log before its first entry. */
export const EMPTY_CHAIN: Bytes = new Uint8Array(32);

/** The chain with one more entry: equal chains at one seq mean equal logs up to it. */
export async function extendChain(chain: Bytes, seq: Seq, frame: Bytes): Promise<Bytes> {
  return sha256(concatBytes(chain, u64(seq), await sha256(frame)));
}
