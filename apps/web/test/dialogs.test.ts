import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { box, enter, lounge, prepare, type Script } from './page.ts';
import { club, direct, person } from './people.ts';

prepare();

describe('the settings', () => {
  it('are switches that hold, and say what they cost', async () => {
    const { argsOf } = enter();
    const button = await screen.findByRole('button', { name: 'Settings' });
    button.focus();
    await fireEvent.click(button);
    const dialog = within(await screen.findByRole('dialog', { name: 'Settings' }));
    const seen = dialog.getByRole('switch', { name: 'Tell others what I have seen' });
    expect(seen.getAttribute('aria-checked')).toBe('true');
    const hint = document.getElementById(seen.getAttribute('aria-describedby') ?? '');
    expect(hint?.textContent).toBe('Without it you do not see it of others either.');
    await fireEvent.click(seen);
    expect(seen.getAttribute('aria-checked')).toBe('false');
    await fireEvent.click(dialog.getByRole('switch', { name: 'Tell others when I type' }));
    await fireEvent.click(dialog.getByRole('switch', { name: 'Show small pictures at once' }));
    await fireEvent.click(dialog.getByRole('switch', { name: 'Sounds' }));
    await fireEvent.click(dialog.getByRole('radio', { name: 'Light' }));
    expect(argsOf('prefer')).toEqual([
      { seen: false },
      { typing: false },
      { pictures: false },
      { sounds: false },
      { theme: 'light' },
    ]);
    await fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(button));
  });

  it('list who is blocked, and unblock', async () => {
    const { tell, argsOf } = enter();
    tell({ type: 'blocked', blocked: [{ identity: 'Bo' as never, nickname: '<i>Bo</i>' }] });
    await fireEvent.click(await screen.findByRole('button', { name: 'Settings' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Settings' }));
    await fireEvent.click(dialog.getByRole('button', { name: 'Unblock <i>Bo</i>' }));
    expect(argsOf('block')).toEqual([{ identity: 'Bo', nickname: '<i>Bo</i>', blocked: false }]);
    tell({ type: 'blocked', blocked: [] });
    expect(await dialog.findByText(/Nobody is blocked/)).toBeTruthy();
  });
});

describe('the switcher', () => {
  async function opened(script: Script = {}) {
    const page = enter(script, [
      direct('Bo'),
      direct('Cleo', { shown: false }),
      club('Book club', { shown: false }),
    ]);
    page.tell({
      type: 'people',
      room: lounge,
      people: { count: 4, people: ['Ada', 'Bo', 'Cleo', 'Dan'].map(person), more: false },
    });
    await waitFor(box);
    box().focus();
    await fireEvent.keyDown(box(), { key: 'k', ctrlKey: true });
    const dialog = within(await screen.findByRole('dialog', { name: 'New conversation' }));
    const field = dialog.getByRole('combobox', { name: 'Search conversations and people' });
    const options = () => dialog.queryAllByRole('option').map((one) => one.getAttribute('aria-label'));
    return { ...page, dialog, field, options };
  }

  it('finds conversations without a tab first, then tabs, then people one has no conversation with', async () => {
    const { options, field } = await opened();
    expect(options()).toEqual(['Cleo', 'Book club', 'Lounge', 'Bo', 'Message Dan']);
    await fireEvent.input(field, { target: { value: 'boo' } });
    expect(options()).toEqual(['Book club']);
  });

  it('goes by arrow keys and Enter', async () => {
    const { field, argsOf, dialog } = await opened();
    await fireEvent.keyDown(field, { key: 'ArrowDown' });
    const active = field.getAttribute('aria-activedescendant');
    expect(dialog.getByRole('option', { selected: true }).id).toBe(active);
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(argsOf('show')).toEqual([{ room: 'room Book club', shown: true }]);
    await waitFor(() =>
      expect(screen.getByRole('tab', { selected: true }).getAttribute('aria-label')).toBe('Book club'),
    );
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('begins a conversation with somebody who is here', async () => {
    const { dialog, argsOf } = await opened();
    await fireEvent.click(dialog.getByRole('option', { name: 'Message Dan' }));
    await waitFor(() =>
      expect(argsOf('message')).toEqual([{ identity: 'Dan', device: 'Dan’s device', nickname: 'Dan' }]),
    );
  });

  it('gives the focus back when it is closed', async () => {
    const { dialog } = await opened();
    await fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(document.activeElement).toBe(box()));
  });
});

describe('a new room', () => {
  it('has a name, a rule for newcomers and people, and comes into sight', async () => {
    const { tell, argsOf } = enter({ createRoom: () => ({ room: 'new' }) });
    tell({
      type: 'people',
      room: lounge,
      people: { count: 3, people: ['Ada', 'Bo', 'Cleo'].map(person), more: false },
    });
    await fireEvent.click(await screen.findByRole('button', { name: 'New conversation' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'New room…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'New room' }));
    await fireEvent.click(dialog.getByRole('button', { name: 'Make the room' }));
    expect((await dialog.findByRole('alert')).textContent).toBe('Give the room a name first.');
    await fireEvent.input(dialog.getByRole('textbox', { name: 'Name of the room' }), {
      target: { value: ' Book club ' },
    });
    expect(
      (dialog.getByRole('radio', { name: 'Nothing before they came' }) as HTMLInputElement).checked,
    ).toBe(true);
    await fireEvent.click(dialog.getByRole('radio', { name: 'Last seven days' }));
    expect(dialog.queryByRole('checkbox', { name: 'Ada' })).toBeNull();
    await fireEvent.click(dialog.getByRole('checkbox', { name: 'Bo' }));
    await fireEvent.click(dialog.getByRole('checkbox', { name: 'Cleo' }));
    await fireEvent.click(dialog.getByRole('button', { name: 'Take Cleo off' }));
    await fireEvent.click(dialog.getByRole('button', { name: 'Make the room' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(argsOf('createRoom')).toEqual([
      { title: 'Book club', history: 'week', people: [{ identity: 'Bo', nickname: 'Bo' }] },
    ]);
  });

  it('says why it could not be made, and keeps what was written', async () => {
    enter({
      createRoom: () => {
        throw { code: 'not_connected', message: 'A room can be made only while there is a connection.' };
      },
    });
    await fireEvent.click(await screen.findByRole('button', { name: 'New conversation' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'New room…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'New room' }));
    const name = dialog.getByRole('textbox', { name: 'Name of the room' }) as HTMLInputElement;
    await fireEvent.input(name, { target: { value: 'Book club' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Make the room' }));
    expect(await dialog.findByText(/only while there is a connection/)).toBeTruthy();
    expect(name.value).toBe('Book club');
  });
});
