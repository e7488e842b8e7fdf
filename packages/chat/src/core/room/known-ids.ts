import type { DeviceId, MessageId } from '@aurora/protocol';

/** More than an epoch has: a replay from an older epoch is refused for its epoch. */
const MOST = 20_000;

/**
 * Where each sender's message id stood first. A sealed message carries its id but not its place in the log, so without this
 * a relay could tell one message twice. Claimed in the order of the log by what was opened, or waits for its key.
 */
export class KnownIds {
  readonly #seqs = new Map<string, number>();

  /** False when this sender's id stands at another place already. */
  claim({ sender, id, seq }: { sender: DeviceId; id: MessageId; seq: number }): boolean {
    const name = `${sender}/${id}`;
    const known = this.#seqs.get(name);
    if (known !== undefined) return known === seq;
    this.#seqs.set(name, seq);
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
