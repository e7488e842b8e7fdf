import type { ChangeRow } from '@aurora/chat/view';
import { titleText } from './conversations.ts';

/** A line in pieces, so that what others chose can be set apart from the words around it. */
export type Piece = string | { readonly name: string };

const list = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' });

/** What changed in a private conversation, in words. `me` is this person's nickname. */
export function changeLine(row: ChangeRow, me: string | null, kind: 'private' | 'direct'): readonly Piece[] {
  const by: Piece = row.mine ? 'You' : { name: row.by };
  const all = (names: readonly string[]): Piece[] => enumerated(names, me);
  const { change } = row;
  switch (change.type) {
    case 'created':
      return [by, kind === 'direct' ? ' opened this conversation' : ' made this room'];
    case 'added':
      return [by, ' let ', ...all(change.names), ' in'];
    case 'removed':
      return [by, ' removed ', ...all(change.names)];
    case 'left':
      return [by, ' left'];
    case 'readmitted': {
      const you = change.names.length === 1 && change.names[0] === me;
      const were = you || change.names.length > 1 ? 'were' : 'was';
      const who = you ? ['You'] : all(change.names);
      return [...who, ` lost the keys and ${were} let in again by `, row.mine ? 'you' : { name: row.by }];
    }
    case 'titled':
      return [by, ' named the room “', { name: titleText(change.title) }, '”'];
    case 'linked':
      return [by, ' made a new invite link'];
    case 'unlinked':
      return [by, ' revoked the invite link'];
    case 'admins': {
      const { made, unmade } = change;
      const raised: Piece[] = made.length > 0 ? [...all(made), each(made, 'an admin', 'admins')] : [];
      const lowered: Piece[] =
        unmade.length > 0 ? [...all(unmade), each(unmade, 'an ordinary member', 'ordinary members')] : [];
      return [
        by,
        ' made ',
        ...raised,
        ...(raised.length > 0 && lowered.length > 0 ? [' and '] : []),
        ...lowered,
      ];
    }
  }
}

const each = (names: readonly string[], one: string, many: string): string =>
  ` ${names.length === 1 ? one : many}`;

/** `Ada, Bo and you`. */
function enumerated(names: readonly string[], me: string | null): Piece[] {
  const parts = list.formatToParts(names.map((_, place) => String(place)));
  return parts.map(({ type, value }): Piece => {
    if (type === 'literal') return value.replace(', and ', ' and ');
    const name = names[Number(value)] ?? '';
    return name === me ? 'you' : { name };
  });
}
