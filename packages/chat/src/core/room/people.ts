import { type EventOf, type IdentityId, limits, type Person, type ReplyOf } from '@aurora/protocol';
import type { PeopleView } from '../../view/contract.ts';

const byNickname = new Intl.Collator('en', { sensitivity: 'base' });

/** Who is in a room now, as far as the relay names them. */
export class People {
  readonly #me: IdentityId;
  readonly #present = new Map<IdentityId, Person>();
  #count = 0;
  /** Who was here when the line broke: that they come back to a relay that forgot them is no coming. */
  #lately = new Set<IdentityId>();

  constructor(me: IdentityId) {
    this.#me = me;
  }

  get view(): PeopleView {
    return this.viewOf([...this.#present.values()], this.#count, this.#present.size < this.#count);
  }

  has(identity: IdentityId): boolean {
    return this.#present.has(identity);
  }

  viewOf(people: readonly Person[], count: number, more: boolean): PeopleView {
    const shown = people.map((person) => ({ ...person, me: person.identity === this.#me }));
    return { count, people: shown.sort((a, b) => byNickname.compare(a.nickname, b.nickname)), more };
  }

  /** A fresh first page: everything known before is old. */
  told({ count, people }: ReplyOf<'people'>): void {
    this.#present.clear();
    for (const person of people) this.#present.set(person.identity, person);
    this.#count = count;
  }

  lineBroke(): void {
    this.#lately = new Set(this.#present.keys());
  }

  /** Of those who joined, the ones that were not here just before the line broke; each counts once as here. */
  newlyCome(joined: readonly Person[]): Person[] {
    return joined.filter(({ identity }) => !this.#lately.delete(identity));
  }

  changed({ count, joined, left }: EventOf<'presence'>): void {
    for (const person of left) this.#present.delete(person.identity);
    for (const person of joined) {
      if (this.#present.size < limits.namedPresence) this.#present.set(person.identity, person);
    }
    this.#count = count;
  }
}
