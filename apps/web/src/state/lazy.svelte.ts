import type { Failure } from '@aurora/chat/view';

export const PART_MISSING: Failure = {
  code: 'page_part_missing',
  message: 'This part of the page did not load. Try again when the connection is back.',
};

/** A part of the page that is fetched when it is first needed, and from then on is there at once. */
export class Lazy<Part> {
  part: Part | null = $state.raw(null);
  /** It did not come; the next `load` tries again. */
  failed: boolean = $state(false);
  readonly #fetch: () => Promise<Part>;
  #coming: Promise<Part> | null = null;

  constructor(fetch: () => Promise<Part>) {
    this.#fetch = fetch;
  }

  async load(): Promise<Part> {
    this.failed = false;
    this.#coming ??= this.#fetch();
    try {
      this.part = await this.#coming;
      return this.part;
    } catch (error) {
      this.#coming = null;
      this.failed = true;
      throw error;
    }
  }

  /** The same for those who do not wait for it. */
  want(): void {
    if (this.part === null) this.load().catch(() => undefined);
  }
}
