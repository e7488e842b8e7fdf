import type { EventOf, IdentityId, Person } from '@aurora/protocol';
import type { StoredRow } from '../stored-rows.ts';

/** The line about who came and went, after the entry `seq`; null when it was only this person. */
export function presenceRow(event: EventOf<'presence'>, me: IdentityId, seq: number): StoredRow | null {
  const others = (people: readonly Person[]) =>
    people.filter(({ identity }) => identity !== me).map(({ nickname }) => nickname);
  const joined = others(event.joined);
  const left = others(event.left);
  const { joinedMore, leftMore, at } = event;
  if (joined.length + left.length + joinedMore + leftMore === 0) return null;
  return { type: 'presence', id: `presence-${at}`, seq, minor: at, at, joined, joinedMore, left, leftMore };
}
