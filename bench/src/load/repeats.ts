/**
 * Finds out that a frame has the same bytes as one that another member read, so that its messages need no second
 * decoding: a server that encodes once is read once, and every byte is still compared.
 */
export class Repeats {
  static readonly #KEPT = 1024;
  readonly #frames: { bytes: Buffer; from: number; messages: number }[] = [];
  /** By the member's place in the order: where the frame that starts there was kept. */
  readonly #byPlace = new Map<number, number>();
  #next = 0;

  /** How many messages a frame holds if it repeats one that began at this place, else undefined. */
  find(place: number, payload: Buffer): number | undefined {
    const known = this.#frames[this.#byPlace.get(place) ?? -1];
    return known !== undefined && known.from === place && known.bytes.equals(payload)
      ? known.messages
      : undefined;
  }

  keep(place: number, payload: Buffer, messages: number): void {
    const slot = this.#next % Repeats.#KEPT;
    this.#next += 1;
    const old = this.#frames[slot];
    if (old !== undefined && this.#byPlace.get(old.from) === slot) this.#byPlace.delete(old.from);
    this.#frames[slot] = { bytes: Buffer.from(payload), from: place, messages };
    this.#byPlace.set(place, slot);
  }
}
