import { ERRORS, type Lock, type Locker, type RequestRelease } from '@tus/server';

interface Held {
  /** Asks whoever holds it to come to an end. */
  readonly cancel: RequestRelease;
  readonly freed: Promise<void>;
  readonly free: () => void;
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * One request at a time for one upload; a newer one ends the older, which is most likely a connection that its client has lost. The
 * library's own locker asks again at every turn of the event loop, so that a few stuck uploads would keep a processor busy.
 */
export class Locks implements Locker {
  readonly #held = new Map<string, Held>();

  newLock(id: string): Lock {
    return {
      lock: (signal, cancel) => this.#lock(id, signal, cancel),
      unlock: async () => this.#unlock(id),
    };
  }

  async #lock(id: string, signal: AbortSignal, cancel: RequestRelease): Promise<void> {
    for (let held = this.#held.get(id); held !== undefined; held = this.#held.get(id)) {
      if (signal.aborted) throw ERRORS.ABORTED;
      await held.cancel();
      await Promise.race([held.freed, ended(signal)]);
    }
    const { promise: freed, resolve: free } = Promise.withResolvers<void>();
    this.#held.set(id, { cancel, freed, free });
  }

  #unlock(id: string): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    held?.free();
  }
}
