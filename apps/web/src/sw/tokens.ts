/** Time enough to open an address, also for a slow device. */
const EXPIRY = 60_000;

/** What waits to be asked for by a token that nobody can guess: once, and not for long. */
export class Tokens<Waiting> {
  readonly #waiting = new Map<string, { waiting: Waiting; expiry: ReturnType<typeof setTimeout> }>();

  add(token: string, waiting: Waiting): void {
    const expiry = setTimeout(() => this.#waiting.delete(token), EXPIRY);
    this.#waiting.set(token, { waiting, expiry });
  }

  take(token: string): Waiting | null {
    const known = this.#waiting.get(token);
    if (known === undefined) return null;
    clearTimeout(known.expiry);
    this.#waiting.delete(token);
    return known.waiting;
  }
}
