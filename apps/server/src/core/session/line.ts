import type { OperationName, Request } from '@aurora/protocol';

/** Operations whose ports keep the order of the calls, so that many of them may be under way at once. */
const OVERLAPPING: ReadonlySet<OperationName> = new Set(['append', 'deliver', 'register']);

/** A session's requests: each starts when those before it have taken effect. SPEC [OP2]. */
export class Line {
  readonly #serve: (request: Request) => Promise<void>;
  readonly #rested: () => void;
  #waiting: Request[] = [];
  #running = 0;
  #kind: OperationName | undefined;

  /** `serve` must not reject; `rested` is called whenever everything is answered. */
  constructor(serve: (request: Request) => Promise<void>, rested: () => void) {
    this.#serve = serve;
    this.#rested = rested;
  }

  get idle(): boolean {
    return this.#running === 0 && this.#waiting.length === 0;
  }

  push(request: Request): void {
    this.#waiting.push(request);
    this.#next();
  }

  /** Drops what has not started. */
  clear(): void {
    this.#waiting = [];
  }

  #next(): void {
    for (let request = this.#waiting[0]; request !== undefined; request = this.#waiting[0]) {
      const together = this.#kind === request.type && OVERLAPPING.has(request.type);
      if (this.#running > 0 && !together) return;
      this.#waiting.shift();
      this.#running += 1;
      this.#kind = request.type;
      void this.#serve(request).finally(() => {
        this.#running -= 1;
        this.#next();
        if (this.idle) this.#rested();
      });
    }
  }
}
