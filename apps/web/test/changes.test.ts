import type { ChangeRow } from '@aurora/chat/view';
import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { changeLine } from '../src/text/changes.ts';
import { enter, prepare } from './page.ts';
import { changes, club } from './people.ts';

prepare();

const line = (by: string, change: ChangeRow['change'], kind: 'private' | 'direct' = 'private'): string =>
  changeLine(changes(by, 1, change), 'Ada', kind)
    .map((piece) => (typeof piece === 'string' ? piece : piece.name))
    .join('');

describe('what changed in a private room, in words', () => {
  it.each([
    ['Bo made this room', line('Bo', { type: 'created' })],
    ['You opened this conversation', line('Ada', { type: 'created' }, 'direct')],
    ['Bo let Cleo in', line('Bo', { type: 'added', names: ['Cleo'] })],
    ['Bo let you and Cleo in', line('Bo', { type: 'added', names: ['Ada', 'Cleo'] })],
    ['You let Bo, Cleo and Dan in', line('Ada', { type: 'added', names: ['Bo', 'Cleo', 'Dan'] })],
    ['Bo removed Cleo', line('Bo', { type: 'removed', names: ['Cleo'] })],
    ['Bo removed you', line('Bo', { type: 'removed', names: ['Ada'] })],
    ['Bo left', line('Bo', { type: 'left' })],
    ['Bo lost the keys and was let in again by Cleo', line('Cleo', { type: 'readmitted', names: ['Bo'] })],
    [
      'Bo and Cleo lost the keys and were let in again by you',
      line('Ada', { type: 'readmitted', names: ['Bo', 'Cleo'] }),
    ],
    ['You lost the keys and were let in again by Bo', line('Bo', { type: 'readmitted', names: ['Ada'] })],
    ['Bo named the room “Book club”', line('Bo', { type: 'titled', title: 'Book club' })],
    ['Bo made a new invite link', line('Bo', { type: 'linked' })],
    ['You revoked the invite link', line('Ada', { type: 'unlinked' })],
    ['Bo made Cleo an admin', line('Bo', { type: 'admins', made: ['Cleo'], unmade: [] })],
    ['Bo made you an ordinary member', line('Bo', { type: 'admins', made: [], unmade: ['Ada'] })],
    [
      'Bo made Cleo and Dan admins and Eva an ordinary member',
      line('Bo', { type: 'admins', made: ['Cleo', 'Dan'], unmade: ['Eva'] }),
    ],
  ])('%s', (expected, said) => {
    expect(said).toBe(expected);
  });

  it('keeps titles on one line and without tricks of direction', () => {
    expect(line('Bo', { type: 'titled', title: 'a\u202Eb\nc' })).toBe('Bo named the room “ab c”');
  });

  it('stands in the conversation, with names and titles set apart from the words', async () => {
    const rows = [changes('Bo', 1, { type: 'titled', title: '<b>ooks</b>' })];
    enter({ page: () => ({ rows, moreBefore: false, moreAfter: false }) }, [club('Book club')]);
    await fireEvent.click(await screen.findByRole('tab', { name: 'Book club' }));
    const title = await screen.findByText('<b>ooks</b>');
    expect(title.tagName).toBe('BDI');
    expect(title.closest('p')?.textContent).toMatch(/^Bo named the room “<b>ooks<\/b>” · \d\d:\d\d [AP]M$/);
  });
});
