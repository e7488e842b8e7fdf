import type { Failure, RoomPanelView } from '@aurora/chat/view';
import type { RoomId } from '@aurora/protocol';
import type { EngineClient } from '../engine/client.ts';

/** Who is in a private room, kept fresh from the first time that somebody asks for it. */
export class Panel {
  view: RoomPanelView | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  readonly #engine: EngineClient;
  readonly #room: RoomId;
  #asked = 0;

  constructor(engine: EngineClient, room: RoomId) {
    this.#engine = engine;
    this.#room = room;
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const view = await this.#engine.call('panel', { room: this.#room });
      if (asked !== this.#asked) return;
      this.view = view;
      this.failure = null;
    } catch (failure) {
      if (asked === this.#asked) this.failure = failure as Failure;
    }
  }

  /** It changed: ask again, if anybody looks at it. */
  refresh(): void {
    if (this.#asked > 0) void this.load();
  }
}
