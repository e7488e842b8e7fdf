/** More than an epoch has: a replay from an older epoch is refused for its epoch. */
const MOST = 20_000;

/**
 * Where each message id stood first. A sealed message carries its id but not its place in the log, so without this a
 * relay could tell one message twice. Ids are claimed by what was opened, or waits for its key, and name rows: two of one
 * name would be one row in the view.
 */
export class KnownIds {
  readonly #seqs = new Map<string, number>();

  /** False when the id stands at another place already. */
  claim(id: string, seq: number): boolean {
    const known = this.#seqs.get(id);
    if (known !== undefined) return known === seq;
    this.#seqs.set(id, seq);
    if (this.#seqs.size > MOST) {
      const [oldest] = this.#seqs.keys();
      if (oldest !== undefined) this.#seqs.delete(oldest);
    }
    return true;
  }

  clear(): void {
    this.#seqs.clear();
  }
}
