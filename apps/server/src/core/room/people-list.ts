import type { IdentityId, Person } from '@aurora/protocol';
import type { Looks } from '../../ports/directory.ts';
import { foldNickname, looksOf } from '../nickname/key.ts';
import type { Session } from '../session/session.ts';

/** Somebody present, by one or more sessions, or by none for a moment. */
export interface Present {
  readonly person: Person;
  /** What the list is sorted by. */
  readonly sortedBy: string;
  /** What a search is compared with: made once, since it costs more than all of the search. */
  readonly looks: Looks;
  sessions: readonly Session[];
  /** Counts comings back, so that an old leave is told from a new one. */
  stay: number;
}

function compare(a: Present, b: Present): number {
  if (a.sortedBy !== b.sortedBy) return a.sortedBy < b.sortedBy ? -1 : 1;
  return a.person.identity < b.person.identity ? -1 : Number(a.person.identity > b.person.identity);
}

/** Those present, sorted by nickname: kept so, since sorting 20,000 for each page would not do. */
export class PeopleList {
  readonly #byIdentity = new Map<IdentityId, Present>();
  readonly #sorted: Present[] = [];

  get size(): number {
    return this.#sorted.length;
  }

  get(identity: IdentityId): Present | undefined {
    return this.#byIdentity.get(identity);
  }

  add(person: Person, session: Session): void {
    const present: Present = {
      person,
      sortedBy: foldNickname(person.nickname),
      looks: looksOf(person.nickname),
      sessions: [session],
      stay: 0,
    };
    this.#byIdentity.set(person.identity, present);
    this.#sorted.splice(this.#place(present), 0, present);
  }

  remove(identity: IdentityId): void {
    const present = this.#byIdentity.get(identity);
    if (present === undefined) return;
    this.#byIdentity.delete(identity);
    this.#sorted.splice(this.#place(present), 1);
  }

  /** Those whose nickname contains `search`, compared as nicknames collide. SPEC [OP17]. */
  matching(search: string): readonly Present[] {
    if (search === '') return this.#sorted;
    const [folded, asWritten] = looksOf(search);
    return this.#sorted.filter(({ looks }) => looks[0].includes(folded) || looks[1].includes(asWritten));
  }

  /** Where it stands, or would stand. */
  #place(present: Present): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#sorted[middle];
      if (other !== undefined && compare(other, present) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
