import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { linkTo, readInvite, readPasted } from '../src/text/invite.ts';
import { enter, open, prepare, theLounge } from './page.ts';
import { club } from './people.ts';

prepare();

const room = '0123456789abcdef0123456789abcdef' as never;
const secret = 'q83vEjRWeJCrze8SNFZ4kA';
const hash = `#join/${room}.${secret}`;

describe('an invite link', () => {
  it('is read from the fragment of an address', () => {
    expect(readInvite(hash)).toEqual({ room, secret });
    expect(readInvite('')).toBeNull();
    expect(readInvite('#about')).toBeNull();
    expect(readInvite(new URL(linkTo('https://a.example', { room, secret })).hash)).toEqual({ room, secret });
  });

  it.each([
    ['without a secret', `#join/${room}`],
    ['with an empty secret', `#join/${room}.`],
    ['with a short secret', `#join/${room}.abc`],
    ['with a long secret', `#join/${room}.${'a'.repeat(87)}`],
    ['without end', `#join/${room}.${'a'.repeat(1_000_000)}`],
    ['with a short room', `#join/0123.${secret}`],
    ['with a room in capitals', `#join/${'A'.repeat(32)}.${secret}`],
    ['with more behind it', `${hash}/../x`],
    ['with a script', `#join/${room}.<script>alert(1)</script>`],
    ['with an escape', `#join/${room}.%00%00%00%00%00%00%00%00%00%00`],
    ['with a line break', `${hash}\n`],
    ['of nothing', '#join'],
    ['in another spelling', '#JOIN/x'],
  ])('%s is malformed', (_, address) => {
    expect(readInvite(address)).toBe('malformed');
  });

  it('is read from what somebody pastes, whole or from # on, and only of this server', () => {
    const origin = 'https://chat.example';
    expect(readPasted(` ${origin}/${hash} `, origin)).toEqual({ room, secret });
    expect(readPasted(hash, origin)).toEqual({ room, secret });
    expect(readPasted(`https://other.example/${hash}`, origin)).toBe('elsewhere');
    expect(readPasted('hello', origin)).toBe('malformed');
    expect(readPasted('javascript:alert(1)', origin)).toBe('malformed');
    expect(readPasted(`${origin}/#about`, origin)).toBe('malformed');
    expect(readPasted('x'.repeat(100_000), origin)).toBe('malformed');
  });
});

describe('coming by an invite link', () => {
  it('takes the secret out of the address at once, and knocks as soon as Ada is in', async () => {
    location.hash = hash;
    const { tell, argsOf } = open();
    expect(location.href).not.toContain('join');
    tell({ type: 'account', account: { status: 'none' } });
    expect(await screen.findByText(/You were invited to a private room/)).toBeTruthy();
    await fireEvent.input(screen.getByRole('textbox', { name: 'Nickname' }), { target: { value: 'Ada' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Come in' }));
    expect(argsOf('joinByLink')).toEqual([]);
    tell({
      type: 'account',
      account: { status: 'in', nickname: 'Ada', identity: 'Ada' as never, kept: true },
    });
    tell({ type: 'conversations', conversations: [theLounge()] });
    expect(argsOf('joinByLink')).toEqual([{ room, secret }]);
    expect(await screen.findByText(/Knocking at the door/)).toBeTruthy();
    const knocking = club('', { room, standing: { status: 'knocking', failure: null, again: false } });
    tell({ type: 'conversations', conversations: [theLounge(), knocking] });
    const tab = await screen.findByRole('tab', { name: 'Private room' });
    await waitFor(() => expect(tab.getAttribute('aria-selected')).toBe('true'));
    expect(await screen.findByText(/You asked to come in/)).toBeTruthy();
  });

  it('works at once for who is in, also by pasting the link into an open page', async () => {
    const { argsOf } = enter();
    location.hash = hash;
    await fireEvent(window, new HashChangeEvent('hashchange'));
    await waitFor(() => expect(argsOf('joinByLink')).toEqual([{ room, secret }]));
    expect(location.hash).toBe('');
  });

  it('does not lead away from where Ada went meanwhile', async () => {
    const { tell } = enter({}, [club('Book club')]);
    location.hash = hash;
    await fireEvent(window, new HashChangeEvent('hashchange'));
    await screen.findByText(/Knocking at the door/);
    await fireEvent.click(screen.getByRole('tab', { name: 'Book club' }));
    tell({ type: 'conversations', conversations: [theLounge(), club('Book club'), club('New', { room })] });
    await screen.findByRole('tab', { name: 'New' });
    expect(screen.getByRole('tab', { selected: true }).getAttribute('aria-label')).toBe('Book club');
  });

  it('says that a link is broken, before and after coming in', async () => {
    location.hash = '#join/broken';
    const { tell } = open();
    expect(location.hash).toBe('');
    tell({ type: 'account', account: { status: 'none' } });
    expect(await screen.findByText(/That invite link is damaged or incomplete/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Enter the lounge' })).toBeTruthy();
    tell({
      type: 'account',
      account: { status: 'in', nickname: 'Ada', identity: 'Ada' as never, kept: true },
    });
    tell({ type: 'conversations', conversations: [theLounge()] });
    await screen.findByRole('tab', { name: 'Lounge' });
    expect(screen.queryByText(/damaged/)).toBeNull();
    location.hash = '#join/broken';
    await fireEvent(window, new HashChangeEvent('hashchange'));
    expect(await screen.findByText(/damaged or incomplete/)).toBeTruthy();
  });

  it('is offered as a field for links that came another way', async () => {
    const { argsOf } = enter();
    await fireEvent.click(await screen.findByRole('button', { name: 'New conversation' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Join with a link…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Join with a link' }));
    const field = dialog.getByRole('textbox', { name: 'Invite link' });
    await fireEvent.input(field, { target: { value: 'hello' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Ask to come in' }));
    expect((await dialog.findByRole('alert')).textContent).toContain('That is not an invite link');
    await fireEvent.input(field, { target: { value: `http://localhost/${hash}` } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Ask to come in' }));
    await waitFor(() => expect(argsOf('joinByLink')).toEqual([{ room, secret }]));
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('giving an invite link away', () => {
  async function openLink(link: string | null, admin = true) {
    const page = enter(
      {
        panel: () => ({ members: [], link }),
        relink: ({ link: wanted }: { link: boolean }) => ({ link: wanted ? 'BBBBBBBBBBBBBBBBBBBBBB' : null }),
      },
      [club('Book club', { room, admin })],
    );
    await fireEvent.click(await screen.findByRole('tab', { name: 'Book club' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Invite link…' }));
    return { ...page, dialog: within(await screen.findByRole('dialog', { name: 'Invite link' })) };
  }

  it('shows the link, its code and what it means, and makes another or ends it', async () => {
    const { dialog, argsOf } = await openLink(secret);
    const field = (await dialog.findByRole('textbox', { name: 'Link' })) as HTMLInputElement;
    expect(field.value).toBe(`http://localhost/${hash}`);
    expect(await dialog.findByRole('img', { name: 'QR code of the invite link' })).toBeTruthy();
    expect(dialog.getByText(/Whoever has the link can come in/)).toBeTruthy();
    expect(dialog.getByText(/never reaches the server/)).toBeTruthy();
    await fireEvent.click(dialog.getByRole('button', { name: 'Make a new link' }));
    await waitFor(() => expect(field.value).toContain('.BBBBBBBBBBBBBBBBBBBBBB'));
    await fireEvent.click(dialog.getByRole('button', { name: 'Revoke' }));
    expect(await dialog.findByText(/There is no invite link now/)).toBeTruthy();
    expect(argsOf('relink')).toEqual([
      { room, link: true },
      { room, link: false },
    ]);
    expect(dialog.getByRole('button', { name: 'Make a link' })).toBeTruthy();
  });

  it('is for admins to make and to end', async () => {
    const { dialog } = await openLink(secret, false);
    await dialog.findByRole('textbox', { name: 'Link' });
    expect(dialog.queryByRole('button', { name: 'Revoke' })).toBeNull();
    expect(dialog.queryByRole('button', { name: /Make/ })).toBeNull();
  });
});
