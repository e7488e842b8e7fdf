import { type Bytes, concatBytes, type Entry, encode, entryShape } from '@aurora/protocol';
import { sha256 } from './primitives/hash.ts';

/** The chain of a log before its first entry. */
export const EMPTY_CHAIN: Bytes = new Uint8Array(32);

/**
 * The chain with one more entry: equal chains at one seq mean equal logs up to it, in all that an entry says, the
 * relay's word for its sender, epoch and time included.
 */
export async function extendChain(chain: Bytes, entry: Entry): Promise<Bytes> {
  return sha256(concatBytes(chain, await sha256(encode(entryShape, entry))));
}
