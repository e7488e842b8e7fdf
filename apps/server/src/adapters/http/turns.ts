/** How many requests may be under way at once, of one address and in all. */
export class Turns {
  readonly #most: number;
  readonly #mostPerAddress: number;
  readonly #perAddress = new Map<string, number>();
  #all = 0;

  constructor({ most, mostPerAddress }: { most: number; mostPerAddress: number }) {
    this.#most = most;
    this.#mostPerAddress = mostPerAddress;
  }

  /** False when there are too many; else `leave` has to follow. */
  enter(address: string): boolean {
    const here = this.#perAddress.get(address) ?? 0;
    if (this.#all >= this.#most || here >= this.#mostPerAddress) return false;
    this.#perAddress.set(address, here + 1);
    this.#all += 1;
    return true;
  }

  leave(address: string): void {
    const here = (this.#perAddress.get(address) ?? 0) - 1;
    if (here > 0) this.#perAddress.set(address, here);
    else this.#perAddress.delete(address);
    this.#all -= 1;
  }
}
