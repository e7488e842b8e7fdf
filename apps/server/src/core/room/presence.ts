import {
  type EventOf,
  type IdentityId,
  limits,
  type Person,
  type ReplyOf,
  type RoomId,
} from '@aurora/protocol';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { DelayLine } from '../delay-line.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import type { Settings } from '../settings.ts';
import { PeopleList, type Present } from './people-list.ts';

/**
 * Who is in a room now. Sessions come and go; what is told is people who come and go: once however many tabs they
 * have, not at all when they only reload, and gathered so that a storm of them is one message a second. SPEC section 8.
 */
export class Presence {
  readonly #room: RoomId;
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #tell: (event: EventOf<'presence'>) => void;
  readonly #people = new PeopleList();
  readonly #leaving: DelayLine<{ present: Present; stay: number }>;
  readonly #joined = new Map<IdentityId, Person>();
  readonly #left = new Map<IdentityId, Person>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #cancel: Cancel | undefined;

  constructor(room: RoomId, clock: Clock, settings: Settings, tell: (event: EventOf<'presence'>) => void) {
    this.#room = room;
    this.#clock = clock;
    this.#settings = settings;
    this.#tell = tell;
    this.#leaving = new DelayLine(clock, settings.leaveGrace, (due) => {
      for (const { present, stay } of due) if (present.stay === stay) this.#remove(present);
    });
  }

  get count(): number {
    return this.#people.size;
  }

  enter(session: Session, { identity, device, nickname }: Account): void {
    const present = this.#people.get(identity);
    if (present !== undefined) {
      present.sessions = [...present.sessions, session];
      present.stay += 1;
      return;
    }
    const person: Person = { identity, device, nickname, since: this.#clock.now() };
    this.#people.add(person, session);
    if (!this.#left.delete(identity)) this.#joined.set(identity, person);
    this.#schedule();
  }

  leave(session: Session, { identity }: Account): void {
    const present = this.#people.get(identity);
    if (present === undefined) return;
    present.sessions = present.sessions.filter((other) => other !== session);
    if (present.sessions.length > 0) return;
    this.#leaving.push({ present, stay: present.stay });
  }

  /** Somebody has gone for good: there is no coming back to wait for. */
  retire(identity: IdentityId): void {
    const present = this.#people.get(identity);
    if (present !== undefined) this.#remove(present);
  }

  /** People by nickname, those after `after`; from the first when that one has gone. SPEC [OP16]. */
  page(search: string, after: IdentityId | null, limit: number): ReplyOf<'people'> {
    const matching = this.#people.matching(search);
    const start = after === null ? 0 : matching.findIndex(({ person }) => person.identity === after) + 1;
    const page = matching.slice(start, start + limit);
    return {
      count: matching.length,
      people: page.map(({ person }) => person),
      more: start + page.length < matching.length,
    };
  }

  stop(): void {
    this.#cancel?.();
    this.#leaving.stop();
  }

  #remove({ person }: Present): void {
    if (this.#people.get(person.identity)?.person !== person) return;
    this.#people.remove(person.identity);
    if (!this.#joined.delete(person.identity)) this.#left.set(person.identity, person);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#cancel !== undefined) return;
    const wait = Math.max(0, this.#toldAt + this.#settings.presenceGather - this.#clock.elapsed());
    this.#cancel = this.#clock.after(Math.ceil(wait), () => this.#act());
  }

  #act(): void {
    this.#cancel = undefined;
    if (this.#joined.size + this.#left.size === 0) return;
    const named = this.count <= limits.namedPresence ? limits.namedChanges : 0;
    const joined = [...this.#joined.values()].slice(0, named);
    const left = [...this.#left.values()].slice(0, named);
    this.#tell({
      type: 'presence',
      room: this.#room,
      at: this.#clock.now(),
      count: this.count,
      joined,
      left,
      joinedMore: this.#joined.size - joined.length,
      leftMore: this.#left.size - left.length,
    });
    this.#joined.clear();
    this.#left.clear();
    this.#toldAt = this.#clock.elapsed();
  }
}
