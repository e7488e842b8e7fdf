interface Item<Value> {
  readonly value: Promise<Value>;
  /** Null while it is being fetched. */
  held: Value | null;
  uses: number;
}

/** Things that take memory, fetched once for all who show them, and kept for a while after nobody does: the newest, up to a sum. */
export class Shelf<Value extends { readonly size: number }> {
  /** The one that was used last stands last. */
  readonly #items = new Map<string, Item<Value>>();
  readonly #most: number;
  readonly #drop: (value: Value) => void;

  constructor(most: number, drop: (value: Value) => void) {
    this.#most = most;
    this.#drop = drop;
  }

  async take(key: string, fetch: () => Promise<Value>): Promise<{ value: Value; release(): void }> {
    const item = this.#items.get(key) ?? this.#fetch(key, fetch);
    item.uses += 1;
    const value = await item.value;
    let released = false;
    return {
      value,
      release: () => {
        if (released) return;
        released = true;
        item.uses -= 1;
        this.#items.delete(key);
        this.#items.set(key, item);
        this.#tidy();
      },
    };
  }

  #fetch(key: string, fetch: () => Promise<Value>): Item<Value> {
    const item: Item<Value> = { value: fetch(), held: null, uses: 0 };
    this.#items.set(key, item);
    item.value.then(
      (value) => {
        item.held = value;
      },
      () => this.#items.delete(key),
    );
    return item;
  }

  #tidy(): void {
    const idle = [...this.#items].filter(([, { uses }]) => uses === 0);
    let sum = idle.reduce((total, [, { held }]) => total + (held?.size ?? 0), 0);
    for (const [key, { held }] of idle) {
      if (sum <= this.#most || held === null) continue;
      this.#items.delete(key);
      this.#drop(held);
      sum -= held.size;
    }
  }
}
