import { extendChain } from '@aurora/crypto';
import { type Bytes, type Entry, equalBytes, type Seq } from '@aurora/protocol';

/** Values remembered for comparison: a message's `seen` names a place that its sender had just passed. */
const REMEMBERED = 2_000;

export type Seen = [seq: Seq, chain: Bytes];
export type Verdict = 'agrees' | 'differs' | 'unknown';

/**
 * This device's running hash over the log, by which two members notice that the relay told them different histories
 * (design: crypto, "chain"). Unknown until somebody who followed the log from its start vouches for a value.
 */
export class Chain {
  readonly #values = new Map<Seq, Bytes>();
  #latest: Seen | null;

  constructor(latest: Seen | null) {
    this.#latest = latest;
    if (latest !== null) this.#values.set(...latest);
  }

  get latest(): Seen | null {
    return this.#latest;
  }

  /** Takes the entry into the chain when it is the next one. */
  async extend(entry: Entry): Promise<void> {
    if (this.#latest === null || entry.seq !== this.#latest[0] + 1) return;
    const value = await extendChain(this.#latest[1], entry);
    this.#latest = [entry.seq, value];
    this.#values.set(entry.seq, value);
    if (this.#values.size > REMEMBERED) {
      const oldest = this.#values.keys().next().value;
      if (oldest !== undefined) this.#values.delete(oldest);
    }
  }

  /**
   * Compares what a member had seen, when it wrote the entry at `place`, with what was told here. Nobody has seen what comes
   * after: then the relay left entries out here and told later ones at lower places.
   */
  compare([seq, chain]: Seen, place: Seq): Verdict {
    if (seq >= place) return 'differs';
    const mine = this.#values.get(seq);
    if (mine === undefined) return 'unknown';
    return equalBytes(mine, chain) ? 'agrees' : 'differs';
  }
}
