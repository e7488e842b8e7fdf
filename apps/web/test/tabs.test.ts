import type { RoomId } from '@aurora/protocol';
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { box, enter, lounge, prepare, theLounge, type } from './page.ts';
import { club, direct, says } from './people.ts';

prepare();

const tab = (name: string): HTMLElement => screen.getByRole('tab', { name });
const names = (): (string | null)[] =>
  screen.getAllByRole('tab').map((one) => one.getAttribute('aria-label'));
const inSight = (): string | null | undefined =>
  screen.queryByRole('tab', { selected: true })?.getAttribute('aria-label');
const press = (key: string, more: object = {}): Promise<boolean> =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });

describe('the tabs', () => {
  it('are the Lounge, people by nickname and rooms by title, as far as they are shown', async () => {
    enter({}, [direct('Bo'), club('Book club'), direct('Cleo', { shown: false })]);
    await screen.findByRole('tablist', { name: 'Conversations' });
    expect(names()).toEqual(['Lounge', 'Bo', 'Book club']);
    expect(inSight()).toBe('Lounge');
    expect(screen.getByRole('tabpanel', { name: 'Lounge' })).toBeTruthy();
  });

  it('are walked by arrow keys and chosen by Enter: walking alone changes nothing', async () => {
    const { argsOf } = enter({}, [direct('Bo'), direct('Cleo')]);
    await screen.findByRole('tablist');
    tab('Lounge').focus();
    await press('ArrowRight');
    expect(document.activeElement).toBe(tab('Bo'));
    expect(inSight()).toBe('Lounge');
    expect(tab('Bo').tabIndex).toBe(0);
    expect(tab('Lounge').tabIndex).toBe(-1);
    await press('End');
    expect(document.activeElement).toBe(tab('Cleo'));
    await press('ArrowRight');
    expect(document.activeElement).toBe(tab('Lounge'));
    await press('ArrowLeft');
    // Enter and Space on a button are clicks.
    await fireEvent.click(tab('Cleo'));
    expect(inSight()).toBe('Cleo');
    await waitFor(() => expect(argsOf('look').at(-1)).toEqual({ room: 'with Cleo', focused: false }));
  });

  it('are closed by Delete, and the focus moves to the neighbour', async () => {
    const { argsOf } = enter({}, [direct('Bo'), direct('Cleo')]);
    await screen.findByRole('tablist');
    await fireEvent.click(tab('Bo'));
    tab('Bo').focus();
    await press('Delete');
    await waitFor(() => expect(names()).toEqual(['Lounge', 'Cleo']));
    expect(argsOf('show')).toEqual([{ room: 'with Bo', shown: false }]);
    expect(inSight()).toBe('Cleo');
    await waitFor(() => expect(document.activeElement).toBe(tab('Cleo')));
  });

  it('have a button each that closes them, but the Lounge stays', async () => {
    const { argsOf } = enter({}, [direct('Bo'), club('Book club')]);
    await fireEvent.click(
      await screen.findByRole('button', { name: 'Close conversation with Book club', hidden: true }),
    );
    await waitFor(() => expect(names()).toEqual(['Lounge', 'Bo']));
    expect(argsOf('show')).toEqual([{ room: 'room Book club', shown: false }]);
    expect(screen.queryByRole('button', { name: 'Close conversation with Lounge', hidden: true })).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(tab('Bo')));
    tab('Lounge').focus();
    await press('Delete');
    expect(names()).toEqual(['Lounge', 'Bo']);
  });

  it('come back when the engine could not close them', async () => {
    enter(
      {
        show: () => {
          throw { code: 'storage_full', message: 'No room left on this device.' };
        },
      },
      [direct('Bo')],
    );
    await fireEvent.click(await screen.findByRole('button', { name: /^Close conversation/, hidden: true }));
    expect(await screen.findByText('No room left on this device.')).toBeTruthy();
    expect(names()).toEqual(['Lounge', 'Bo']);
  });

  it('say how much is unread in each, and the title how much in all', async () => {
    enter({}, [direct('Bo', { unread: 2 }), club('Book club', { unread: 1, shown: false })]);
    await screen.findByRole('tablist');
    const described = document.getElementById(tab('Bo').getAttribute('aria-describedby') ?? '');
    expect(described?.textContent).toBe('2 unread messages');
    await waitFor(() => expect(document.title).toBe('(3) Aurora Chat'));
  });

  it('are changed from anywhere by Alt and arrows, and with Shift to the next unread', async () => {
    enter({}, [direct('Bo'), direct('Cleo', { unread: 1 }), direct('Dan')]);
    await waitFor(box);
    box().focus();
    await press('ArrowDown', { altKey: true });
    expect(inSight()).toBe('Bo');
    await waitFor(() => expect(document.activeElement).toBe(box()));
    await press('ArrowUp', { altKey: true });
    await press('ArrowUp', { altKey: true });
    expect(inSight()).toBe('Dan');
    await press('ArrowDown', { altKey: true, shiftKey: true });
    expect(inSight()).toBe('Cleo');
  });

  it('keep what was written in each, and its history', async () => {
    let pages = 0;
    const page = ({ room }: { room: RoomId }) => {
      pages += 1;
      return { rows: [says(room === lounge ? 'Cleo' : 'Bo', 1, 0)], moreBefore: false, moreAfter: false };
    };
    const { argsOf } = enter({ page }, [direct('Bo')]);
    expect(await screen.findByText('Cleo says 1')).toBeTruthy();
    await type('to all');
    await fireEvent.click(tab('Bo'));
    expect(await screen.findByText('Bo says 1')).toBeTruthy();
    expect(screen.queryByText('Cleo says 1')).toBeNull();
    expect(box().value).toBe('');
    await type('to Bo');
    await fireEvent.click(tab('Lounge'));
    expect(screen.getByText('Cleo says 1')).toBeTruthy();
    expect(box().value).toBe('to all');
    await fireEvent.click(tab('Bo'));
    expect(box().value).toBe('to Bo');
    expect(pages).toBe(2);
    expect(argsOf('draft')).toEqual([
      { room: lounge, text: 'to all' },
      { room: 'with Bo', text: 'to Bo' },
    ]);
  });

  it('send to the conversation in sight', async () => {
    const { argsOf } = enter({}, [direct('Bo')]);
    await waitFor(box);
    await fireEvent.click(tab('Bo'));
    await type('just for you');
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(argsOf('send')).toEqual([{ room: 'with Bo', text: 'just for you' }]);
  });

  it('divide what came meanwhile from what was there', async () => {
    const page = () => ({ rows: [says('Cleo', 1, 0)], moreBefore: false, moreAfter: false });
    const { tell } = enter({ page }, [direct('Bo')]);
    await screen.findByText('Cleo says 1');
    await fireEvent.click(tab('Bo'));
    tell({ type: 'rows', room: lounge, rows: [says('Cleo', 2, 1)], removed: [] });
    await fireEvent.click(tab('Lounge'));
    const log = screen.getByRole('log');
    await waitFor(() => expect(log.textContent).toMatch(/Cleo says 1.*New.*Cleo says 2/s));
  });

  it('speak only what comes into the conversation in sight', async () => {
    const { tell } = enter({}, [direct('Bo')]);
    await waitFor(box);
    await fireEvent.click(tab('Bo'));
    await waitFor(box);
    tell({ type: 'rows', room: lounge, rows: [says('Cleo', 2, 1, { text: 'to all' })], removed: [] });
    tell({
      type: 'rows',
      room: direct('Bo').room,
      rows: [says('Bo', 3, 1, { text: 'to you' })],
      removed: [],
    });
    expect(await screen.findByText('Bo: to you', {}, { timeout: 3000 })).toBeTruthy();
    expect(screen.queryByText('Cleo: to all')).toBeNull();
    await fireEvent.click(tab('Lounge'));
    tell({ type: 'rows', room: lounge, rows: [says('Cleo', 4, 2, { text: 'to who is here' })], removed: [] });
    expect(await screen.findByText('Cleo: to who is here', {}, { timeout: 3000 })).toBeTruthy();
    expect(screen.queryByText('Cleo: to all')).toBeNull();
  });

  it('bring the neighbour into sight when a conversation ends elsewhere, and remember their place across a reload', async () => {
    const { tell } = enter({}, [direct('Bo'), direct('Cleo')]);
    await screen.findByRole('tablist');
    await fireEvent.click(tab('Cleo'));
    expect(sessionStorage.getItem('aurora.tab')).toBe('with Cleo');
    tell({ type: 'conversations', conversations: [theLounge(), direct('Bo')] });
    await waitFor(() => expect(inSight()).toBe('Bo'));
  });

  it('show hostile names as the text they are', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    enter({}, [direct(evil), club('\u202Egnp.exe\nsecond line')]);
    await screen.findByRole('tablist');
    expect(names()).toEqual(['Lounge', evil, 'gnp.exe second line']);
    expect(document.querySelector('img')).toBeNull();
    await fireEvent.click(tab(evil));
    expect(screen.getAllByText(evil).every((one) => one.tagName === 'BDI')).toBe(true);
  });
});
