/** Counts durations in steps of a tenth of a millisecond, up to a minute. */
export class Histogram {
  static readonly #STEPS = 600_000;
  readonly #counts = new Uint32Array(Histogram.#STEPS + 1);
  #total = 0;

  add(milliseconds: number): void {
    const step = Math.min(Histogram.#STEPS, Math.max(0, Math.round(milliseconds * 10)));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#total += 1;
  }

  get total(): number {
    return this.#total;
  }

  /** The smallest duration that this share of all (0 to 1) does not exceed; NaN if there are none. */
  quantile(share: number): number {
    if (this.#total === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (let step = 0; step <= Histogram.#STEPS; step += 1) {
      seen += this.#counts[step] ?? 0;
      if (seen >= rank) return step / 10;
    }
    return Number.NaN;
  }
}
