import type { Network } from '../../src/index.ts';

/** A network that a test takes away and gives back. */
export class Wifi implements Network {
  #on = true;
  readonly #watchers = new Set<() => void>();

  online(): boolean {
    return this.#on;
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => {
      this.#watchers.delete(changed);
    };
  }

  /** As a device that forgets to tell. */
  comeBackSilently(): void {
    this.#on = true;
  }

  turn(on: boolean): void {
    this.#on = on;
    for (const changed of [...this.#watchers]) changed();
  }
}
