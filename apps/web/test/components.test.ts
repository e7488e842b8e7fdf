import type { IdentityId } from '@aurora/protocol';
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { box, enter, open, prepare, lounge as room, theLounge, type } from './page.ts';
import { comes, person, says } from './people.ts';

prepare();

describe('the login card', () => {
  it('says how many are there and lets Ada in by her nickname', async () => {
    const { tell, argsOf } = open();
    tell({ type: 'account', account: { status: 'none' } });
    expect(await screen.findByRole('heading', { name: 'Aurora Chat' })).toBeTruthy();
    expect(await screen.findByText('Come in. 3 people are in the lounge.')).toBeTruthy();
    await fireEvent.input(screen.getByRole('textbox', { name: 'Nickname' }), { target: { value: 'Ada' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Enter the lounge' }));
    expect(argsOf('enter')).toEqual([{ nickname: 'Ada' }]);
  });

  it('offers the free nickname beside the one that is taken', async () => {
    const refused = { code: 'nickname_taken', message: 'Ada is taken.', suggestion: 'Ada2' };
    const { tell, argsOf } = open({
      enter: ({ nickname }: { nickname: string }) => {
        if (nickname === 'Ada') throw refused;
      },
    });
    tell({ type: 'account', account: { status: 'none' } });
    await fireEvent.input(await screen.findByRole('textbox', { name: 'Nickname' }), {
      target: { value: 'Ada' },
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Enter the lounge' }));
    expect(await within(screen.getByRole('alert')).findByText('Ada is taken.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Enter as Ada2' }));
    expect(argsOf('enter').at(-1)).toEqual({ nickname: 'Ada2' });
  });

  it('asks for a nickname before it asks the server', async () => {
    const { tell, argsOf } = open();
    tell({ type: 'account', account: { status: 'none' } });
    await fireEvent.click(await screen.findByRole('button', { name: 'Enter the lounge' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Type a nickname first');
    expect(argsOf('enter')).toEqual([]);
  });
});

describe('the lounge', () => {
  it('shows each message with author, time and text', async () => {
    enter({ page: () => ({ rows: [says('Bo', 1, 165)], moreBefore: false, moreAfter: false }) });
    const article = await screen.findByRole('article');
    expect(article.textContent).toMatch(/Bo.*02:45 PM.*Bo says 1/s);
    expect(screen.getByRole('log', { name: 'Messages' }).getAttribute('aria-live')).toBe('off');
  });

  it('builds links as elements and everything else as text', async () => {
    const text = '<img src=x onerror=alert(1)> https://a.example/x';
    enter({ page: () => ({ rows: [says('Bo', 1, 0, { text })], moreBefore: false, moreAfter: false }) });
    const link = await screen.findByRole('link');
    expect(link.getAttribute('href')).toBe('https://a.example/x');
    expect(link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(link.getAttribute('target')).toBe('_blank');
    expect(screen.getByRole('article').querySelector('img')).toBeNull();
    expect(screen.getByRole('article').textContent).toContain(text);
  });

  it('tells who came', async () => {
    enter({ page: () => ({ rows: [comes(['Kim'], 1, 161)], moreBefore: false, moreAfter: false }) });
    expect((await screen.findByText(/joined/)).closest('p')?.textContent).toBe('Kim joined · 02:41 PM');
  });

  it('keeps the element of a message when it turns from pending to sent', async () => {
    const { tell } = enter();
    await screen.findByText('It is quiet here. Say something kind.');
    const pending = says('Ada', Number.MAX_SAFE_INTEGER, 0, {
      id: 'x',
      mine: true,
      delivery: { status: 'pending' },
    });
    tell({ type: 'rows', room, rows: [pending], removed: [] });
    const article = await screen.findByRole('article');
    expect(article.textContent).toContain('Sending');
    tell({
      type: 'rows',
      room,
      rows: [{ ...pending, position: [2, 0], delivery: { status: 'sent' } }],
      removed: [],
    });
    await waitFor(() => expect(article.textContent).toContain('Sent'));
    expect(screen.getByRole('article')).toBe(article);
  });

  it('says why a message failed and offers both ways on', async () => {
    const failure = { code: 'disk_full', message: 'The disk is full.' };
    const row = says('Ada', 1, 0, { id: 'x', mine: true, delivery: { status: 'failed', failure } });
    const { argsOf } = enter({ page: () => ({ rows: [row], moreBefore: false, moreAfter: false }) });
    expect(await screen.findByText('The disk is full.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
    expect(argsOf('retry')).toEqual([{ room, id: 'x' }]);
    expect(argsOf('discard')).toEqual([{ room, id: 'x' }]);
  });

  it('speaks new messages and no history', async () => {
    const { tell } = enter({
      page: () => ({ rows: [says('Bo', 1, 0)], moreBefore: false, moreAfter: false }),
    });
    await screen.findByRole('article');
    tell({ type: 'rows', room, rows: [says('Kim', 2, 1, { text: 'fresh' })], removed: [] });
    expect(await screen.findByText('Kim: fresh', {}, { timeout: 3000 })).toBeTruthy();
    expect(screen.queryByText('Bo: Bo says 1')).toBeNull();
  });

  it('counts the people and tells who types', async () => {
    const { tell } = enter();
    tell({ type: 'people', room, people: { count: 2, people: [person('Ada'), person('Bo')], more: false } });
    tell({ type: 'typing', room, nicknames: ['Bo'] });
    expect(await screen.findByRole('heading', { name: 'Online · 2' })).toBeTruthy();
    expect(within(screen.getByRole('complementary', { name: 'People' })).getByText('Bo')).toBeTruthy();
    expect(screen.getByText('Bo is typing')).toBeTruthy();
  });

  it('shows the state of the connection in words', async () => {
    const { tell, argsOf } = enter();
    const status = (await screen.findAllByRole('status')).find((one) =>
      one.textContent?.includes('Connected'),
    );
    expect(status).toBeTruthy();
    tell({
      type: 'connection',
      connection: { status: 'offline', failure: { code: 'x', message: 'Load the page again.' } },
    });
    await waitFor(() => expect(status?.textContent).toContain('Offline'));
    expect(screen.getByText('Load the page again.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Try now' }));
    expect(argsOf('reconnect')).toHaveLength(1);
  });

  it('counts the unread in the title and beside the tab', async () => {
    const { tell } = enter();
    tell({ type: 'conversations', conversations: [theLounge({ unread: 2 })] });
    await waitFor(() => expect(document.title).toBe('(2) Aurora Chat'));
    const tab = screen.getByRole('tab', { name: 'Lounge' });
    const described = document.getElementById(tab.getAttribute('aria-describedby') ?? '');
    expect(described?.textContent).toBe('2 unread messages');
  });

  it('remembers the bell and the theme', async () => {
    const { argsOf } = enter();
    const bell = await screen.findByRole('button', { name: 'Sound notifications' });
    expect(bell.getAttribute('aria-pressed')).toBe('true');
    await fireEvent.click(bell);
    expect(bell.getAttribute('aria-pressed')).toBe('false');
    await fireEvent.click(screen.getByRole('button', { name: 'Theme' }));
    await fireEvent.click(screen.getByRole('menuitemradio', { name: 'Dark' }));
    expect(argsOf('prefer')).toEqual([{ sounds: false }, { theme: 'dark' }]);
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(localStorage.getItem('aurora.theme')).toBe('dark');
  });

  it('asks before it signs out, and then forgets', async () => {
    const { tell, argsOf } = enter();
    localStorage.setItem('aurora.emoji', '😄');
    await fireEvent.click(await screen.findByRole('button', { name: 'Account' }));
    await fireEvent.click(screen.getByRole('menuitem', { name: 'Sign out' }));
    expect(argsOf('signOut')).toEqual([]);
    await fireEvent.click(await screen.findByRole('button', { name: 'Sign out and wipe' }));
    expect(argsOf('signOut')).toHaveLength(1);
    tell({ type: 'account', account: { status: 'none' } });
    expect(await screen.findByRole('button', { name: 'Enter the lounge' })).toBeTruthy();
    expect(localStorage.getItem('aurora.emoji')).toBeNull();
  });

  it('says when the browser refuses to remember', async () => {
    const { tell } = open();
    tell({
      type: 'account',
      account: { status: 'in', nickname: 'Ada', identity: 'Ada' as IdentityId, kept: false },
    });
    const notices = await screen.findByRole('region', { name: 'Notifications' });
    expect(await within(notices).findByText(/refuses to store/)).toBeTruthy();
  });

  it('leaves errors on the page until they are dismissed', async () => {
    const { tell } = enter();
    tell({ type: 'toast', level: 'error', failure: { code: 'x', message: 'Something broke.' } });
    expect((await screen.findByText('Something broke.')).closest('[role="alert"]')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByText('Something broke.')).toBeNull();
  });
});

describe('the composer', () => {
  it('sends on Enter and is empty at once', async () => {
    const { argsOf } = enter();
    await waitFor(box);
    await type('hello');
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(box().value).toBe('');
    expect(argsOf('send')).toEqual([{ room, text: 'hello' }]);
  });

  it('breaks the line on Shift and Enter, and leaves Enter to an input method', async () => {
    const { argsOf } = enter();
    await waitFor(box);
    await type('hello');
    expect(await fireEvent.keyDown(box(), { key: 'Enter', shiftKey: true })).toBe(true);
    await fireEvent.keyDown(box(), { key: 'Enter', isComposing: true });
    await fireEvent.keyDown(box(), { key: 'Enter', keyCode: 229 });
    expect(argsOf('send')).toEqual([]);
    expect(box().value).toBe('hello');
  });

  it('sends nothing when there is nothing to say', async () => {
    const { argsOf } = enter();
    await waitFor(box);
    await type('  \n ');
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(argsOf('send')).toEqual([]);
  });

  it('gives the text back when the engine refuses it', async () => {
    enter({
      send: () => {
        throw { code: 'storage_failed', message: 'No room left on this device.' };
      },
    });
    await waitFor(box);
    await type('precious');
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(await screen.findByText('No room left on this device.')).toBeTruthy();
    expect(box().value).toBe('precious');
  });

  it('says how many characters are too many, and keeps them', async () => {
    const { argsOf } = enter();
    await waitFor(box);
    await type('x'.repeat(16_025));
    expect(await screen.findByText(/^25 characters too many/)).toBeTruthy();
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(argsOf('send')).toEqual([]);
    expect(box().value).toHaveLength(16_025);
  });

  it('leaves out ten megabytes and keeps what was written', async () => {
    enter();
    await waitFor(box);
    await type('before');
    await type('y'.repeat(10 * 1024 * 1024));
    expect((await screen.findByText(/10,485,760 characters/)).getAttribute('role')).toBe('alert');
    expect(box().value).toBe('before');
  });

  it('turns :smile: into its emoji while Ada types', async () => {
    enter();
    await waitFor(box);
    await fireEvent.focus(box());
    await waitFor(async () => {
      await type('hi :smile:');
      expect(box().value).toBe('hi 😄');
    });
  });

  it('suggests while a shortcode is open, by keyboard', async () => {
    enter();
    await waitFor(box);
    await fireEvent.focus(box());
    await waitFor(async () => {
      await type('hi :smi');
      expect(screen.getAllByRole('option')[0]?.textContent).toContain(':smile:');
    });
    expect(box().getAttribute('aria-activedescendant')).toBe(screen.getAllByRole('option')[0]?.id);
    await fireEvent.keyDown(box(), { key: 'ArrowDown' });
    expect(screen.getAllByRole('option')[1]?.getAttribute('aria-selected')).toBe('true');
    await fireEvent.keyDown(box(), { key: 'ArrowUp' });
    await fireEvent.keyDown(box(), { key: 'Tab' });
    expect(box().value).toBe('hi 😄');
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  it('turns the shortcodes of a pasted text into emoji when it is sent', async () => {
    const { argsOf } = enter();
    await waitFor(box);
    await type('go :tada: now');
    await fireEvent.keyDown(box(), { key: 'Enter' });
    await waitFor(() => expect(argsOf('send')).toEqual([{ room, text: 'go 🎉 now' }]));
  });

  it('opens the emoji by name and puts the chosen one into the text', async () => {
    enter();
    await waitFor(box);
    await type('lift-off ');
    await fireEvent.click(screen.getByRole('button', { name: 'Emoji' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Emoji' }));
    await fireEvent.input(dialog.getByRole('searchbox', { name: 'Search emoji' }), {
      target: { value: 'rocket' },
    });
    await fireEvent.click(await within(dialog.getByRole('grid')).findByRole('button', { name: 'rocket' }));
    expect(box().value).toBe('lift-off 🚀');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(localStorage.getItem('aurora.emoji')).toBe('🚀');
  });

  it('shows the draft of an earlier visit and keeps the new one', async () => {
    const { argsOf } = enter({ drafts: () => [{ room, text: 'half a tho' }] });
    await waitFor(() => expect(box().value).toBe('half a tho'));
    await type('half a thought');
    await waitFor(() => expect(argsOf('draft')).toEqual([{ room, text: 'half a thought' }]));
  });

  it('tells that Ada types, and that she stopped', async () => {
    const { argsOf } = enter();
    await waitFor(box);
    await type('h');
    await type('');
    expect(argsOf('typing')).toEqual([
      { room, typing: true },
      { room, typing: false },
    ]);
  });
});
