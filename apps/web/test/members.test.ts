import type { ConversationView, MemberView } from '@aurora/chat/view';
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { enter, lounge, prepare, type Script, theLounge } from './page.ts';
import { club, direct, member, peer, person } from './people.ts';

prepare();

const people = () => within(screen.getByRole('complementary', { name: 'People' }));
async function choose(about: string, what: string): Promise<void> {
  await fireEvent.click(await screen.findByRole('button', { name: `More about ${about}` }));
  await fireEvent.click(screen.getByRole('menuitem', { name: what }));
}

describe('people in the Lounge', () => {
  function withBo(script: Script = {}, others: readonly ConversationView[] = []) {
    const page = enter(script, others);
    const list = { count: 2, people: [person('Ada'), person('Bo')], more: false };
    page.tell({ type: 'people', room: lounge, people: list });
    return page;
  }

  it('are written to with one click, which says that it was heard until the conversation is there', async () => {
    const { tell, argsOf } = withBo({ message: () => ({ room: 'with Bo' }) });
    await fireEvent.click(await screen.findByRole('button', { name: 'Message Bo' }));
    expect((await screen.findByText(/Opening a private conversation with/)).textContent).toBe(
      'Opening a private conversation with Bo…',
    );
    expect(argsOf('message')).toEqual([{ identity: 'Bo', device: 'Bo’s device', nickname: 'Bo' }]);
    tell({ type: 'conversations', conversations: [theLounge(), direct('Bo')] });
    const tab = await screen.findByRole('tab', { name: 'Bo' });
    await waitFor(() => expect(tab.getAttribute('aria-selected')).toBe('true'));
    expect(screen.queryByText(/Opening a private/)).toBeNull();
    expect(screen.queryByRole('button', { name: 'Message Ada' })).toBeNull();
  });

  it('with whom there is a tab are in sight at once', async () => {
    const { argsOf } = withBo({}, [direct('Bo')]);
    await fireEvent.click(await screen.findByRole('button', { name: 'Message Bo' }));
    expect(screen.getByRole('tab', { selected: true }).getAttribute('aria-label')).toBe('Bo');
    await waitFor(() => expect(argsOf('message')).toHaveLength(1));
  });

  it('say why a conversation could not be opened, and Ada is back where she was', async () => {
    withBo({
      message: () => {
        throw { code: 'no_such_person', message: 'Bo is gone.' };
      },
    });
    await fireEvent.click(await screen.findByRole('button', { name: 'Message Bo' }));
    expect(await screen.findByText('Bo is gone.')).toBeTruthy();
    expect(screen.getByRole('tab', { selected: true }).getAttribute('aria-label')).toBe('Lounge');
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
  });

  it('have a menu to verify and to block them', async () => {
    const { tell, argsOf } = withBo();
    await choose('Bo', 'Block');
    expect(argsOf('block')).toEqual([{ identity: 'Bo', nickname: 'Bo', blocked: true }]);
    tell({ type: 'blocked', blocked: [{ identity: person('Bo').identity, nickname: 'Bo' }] });
    expect(await people().findByText('blocked')).toBeTruthy();
    await choose('Bo', 'Unblock');
    expect(argsOf('block').at(-1)).toEqual({ identity: 'Bo', nickname: 'Bo', blocked: false });
  });
});

describe('people in a private room', () => {
  const members: MemberView[] = [
    member('Zoe', { online: false }),
    member('Ada', { admin: true }),
    member('Bo', { verified: true }),
  ];
  async function inside(more: Parameters<typeof club>[1] = {}, script: Script = {}) {
    let panel = { members, link: null };
    const page = enter({ panel: () => panel, ...script }, [club('Book club', { members: 3, ...more })]);
    await fireEvent.click(await screen.findByRole('tab', { name: 'Book club' }));
    const becomes = (next: MemberView[]): void => {
      panel = { members: next, link: null };
      page.tell({ type: 'panel', room: club('Book club').room });
    };
    return { ...page, becomes };
  }

  it('are listed, those online first, with their role, and anew when it changes', async () => {
    const { becomes } = await inside();
    expect(await people().findByRole('heading', { name: 'In this room · 3' })).toBeTruthy();
    await people().findByText('Bo');
    const names = [...document.querySelectorAll('#people li bdi')].map((one) => one.textContent);
    expect(names).toEqual(['Ada', 'Bo', 'Zoe']);
    expect(people().getByText('Admin')).toBeTruthy();
    becomes(members.slice(1));
    expect(await people().findByRole('heading', { name: 'In this room · 2' })).toBeTruthy();
  });

  it('are made admin or removed by an admin, after a question', async () => {
    const { argsOf } = await inside();
    await people().findByText('Bo');
    await choose('Bo', 'Make admin');
    expect(argsOf('appoint')).toEqual([{ room: 'room Book club', identity: 'Bo', admin: true }]);
    await choose('Zoe', 'Remove from room');
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove from room?' }));
    expect(argsOf('remove')).toEqual([]);
    await fireEvent.click(dialog.getByRole('button', { name: 'Remove' }));
    expect(argsOf('remove')).toEqual([{ room: 'room Book club', identity: 'Zoe' }]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('are not to be removed by anybody else', async () => {
    await inside({ admin: false });
    await people().findByText('Bo');
    await fireEvent.click(screen.getByRole('button', { name: 'More about Bo' }));
    expect(screen.getAllByRole('menuitem').map((one) => one.textContent?.trim())).toEqual([
      'Verify…',
      'Block',
    ]);
    expect(people().queryByRole('button', { name: 'Rename…' })).toBeNull();
    expect(people().getByRole('button', { name: 'Invite people…' })).toBeTruthy();
  });

  it('are written to also from there, whether they are here or not', async () => {
    const { argsOf } = await inside();
    await people().findByText('Bo');
    await fireEvent.click(people().getByRole('button', { name: 'Message Bo' }));
    await fireEvent.click(screen.getByRole('tab', { name: 'Book club' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Message Zoe' }));
    const asked = ['Bo', 'Zoe'].map((one) => ({ identity: one, device: `${one}’s device`, nickname: one }));
    await waitFor(() => expect(argsOf('message')).toEqual(asked));
  });

  it('are invited, and the room is renamed and left', async () => {
    const { tell, argsOf } = await inside();
    const present = { count: 3, people: [person('Ada'), person('Bo'), person('Dan')], more: false };
    tell({ type: 'people', room: lounge, people: present });
    await people().findByText('Bo');
    await fireEvent.click(people().getByRole('button', { name: 'Invite people…' }));
    const invite = within(await screen.findByRole('dialog', { name: 'Invite people' }));
    expect(invite.queryByRole('checkbox', { name: 'Bo' })).toBeNull();
    await fireEvent.click(invite.getByRole('checkbox', { name: 'Dan' }));
    await fireEvent.click(invite.getByRole('button', { name: 'Invite 1 person' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const invited = [{ identity: 'Dan', nickname: 'Dan' }];
    expect(argsOf('invite')).toEqual([{ room: 'room Book club', people: invited }]);

    await fireEvent.click(people().getByRole('button', { name: 'Rename…' }));
    const rename = within(await screen.findByRole('dialog', { name: 'Rename this room' }));
    const field = rename.getByRole('textbox', { name: 'Name of the room' }) as HTMLInputElement;
    expect(field.value).toBe('Book club');
    await fireEvent.input(field, { target: { value: 'Film club' } });
    await fireEvent.click(rename.getByRole('button', { name: 'Rename' }));
    await waitFor(() => expect(argsOf('rename')).toEqual([{ room: 'room Book club', title: 'Film club' }]));

    await fireEvent.click(await people().findByRole('button', { name: 'Leave room…' }));
    const leave = within(await screen.findByRole('dialog', { name: 'Leave this room?' }));
    await fireEvent.click(leave.getByRole('button', { name: 'Leave room' }));
    expect(argsOf('leave')).toEqual([{ room: 'room Book club' }]);
  });
});

describe('the other person of a direct conversation', () => {
  it('is shown beside it, verified or not, with what can be done', async () => {
    const { tell, argsOf } = enter({}, [direct('Bo')]);
    await fireEvent.click(await screen.findByRole('tab', { name: 'Bo' }));
    expect(await people().findByRole('heading', { name: 'Bo' })).toBeTruthy();
    expect(people().getByText('Not verified')).toBeTruthy();
    expect(people().getByText(/Only the two of you can read it/)).toBeTruthy();
    await fireEvent.click(people().getByRole('button', { name: 'Block' }));
    expect(argsOf('block')).toEqual([{ identity: 'Bo', nickname: 'Bo', blocked: true }]);
    tell({
      type: 'conversations',
      conversations: [theLounge(), direct('Bo', { peer: peer('Bo', { verified: true }) })],
    });
    expect(await people().findByText('Verified')).toBeTruthy();
  });
});
