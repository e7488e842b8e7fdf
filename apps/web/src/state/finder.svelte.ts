import type { Failure, PeopleView, PersonView } from '@aurora/chat/view';
import type { RoomId } from '@aurora/protocol';
import type { EngineClient } from '../engine/client.ts';

const PAUSE_MS = 150;

/** A person with two devices is one person. */
export function onePerIdentity(people: readonly PersonView[]): readonly PersonView[] {
  return [...new Map(people.map((person) => [person.identity, person])).values()];
}

/** A search among those who are in a room now. Made while a component starts, and stops with it. */
export class Finder {
  search: string = $state('');
  found: PeopleView | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  readonly #engine: EngineClient;
  readonly #room: () => RoomId | undefined;

  constructor(engine: EngineClient, room: () => RoomId | undefined) {
    this.#engine = engine;
    this.#room = room;
    $effect(() => this.#follow(room(), this.search.trim()));
  }

  #follow(room: RoomId | undefined, search: string): (() => void) | undefined {
    if (search === '' || room === undefined) {
      this.found = null;
      return undefined;
    }
    let wanted = true;
    const timer = setTimeout(async () => {
      try {
        const answer = await this.#engine.call('people', { room, search, after: null });
        if (wanted) this.found = answer;
      } catch (refused) {
        if (wanted) this.failure = refused as Failure;
      }
    }, PAUSE_MS);
    return () => {
      wanted = false;
      this.failure = null;
      clearTimeout(timer);
    };
  }

  /** The next people after those shown. */
  async more(shown: PeopleView): Promise<void> {
    const room = this.#room();
    if (room === undefined) return;
    try {
      const after = shown.people.at(-1)?.identity ?? null;
      const answer = await this.#engine.call('people', { room, search: this.search.trim(), after });
      this.found = { ...answer, people: onePerIdentity([...shown.people, ...answer.people]) };
    } catch (refused) {
      this.failure = refused as Failure;
    }
  }
}
