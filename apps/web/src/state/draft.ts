import type { RoomId } from '@aurora/protocol';
import type { EngineClient } from '../engine/client.ts';

const PAUSE_MS = 300;

/** What stands in a conversation's composer, kept across visits of others and across reloads. */
export class Draft {
  /** Null until what was kept of an earlier visit is known, or something was written. */
  text: string | null = null;
  readonly #engine: EngineClient;
  readonly #room: RoomId;
  #kept = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(engine: EngineClient, room: RoomId) {
    this.#engine = engine;
    this.#room = room;
  }

  /** What was kept of an earlier visit, unless something was written meanwhile. */
  async recall(): Promise<string> {
    const drafts = await this.#engine.call('drafts', {}).catch(() => []);
    if (this.text === null) {
      this.#kept = drafts.find(({ room }) => room === this.#room)?.text ?? '';
      this.text = this.#kept;
    }
    return this.text;
  }

  /** Kept at once, then at most every so often: a tab may close at any keystroke. */
  edit(text: string): void {
    this.text = text;
    if (this.#timer !== undefined) return;
    this.keep();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.keep();
    }, PAUSE_MS);
  }

  /** Keeps what stands there now. */
  keep(): void {
    if (this.text === null || this.text === this.#kept) return;
    this.#kept = this.text;
    this.#engine.call('draft', { room: this.#room, text: this.text }).catch(() => undefined);
  }
}
