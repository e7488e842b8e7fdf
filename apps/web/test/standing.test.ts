import type { ConversationView, Standing } from '@aurora/chat/view';
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { enter, type Page, prepare, type Script, theLounge } from './page.ts';
import { club, direct, peer, says } from './people.ts';

prepare();

const composer = (): HTMLElement | null => screen.queryByRole('textbox', { name: 'Message' });

/** Ada looks at this conversation. */
async function at(conversation: ConversationView, script: Script = {}): Promise<Page> {
  const page = enter(script, [conversation]);
  const [, tab] = await screen.findAllByRole('tab');
  if (tab) await fireEvent.click(tab);
  return page;
}
const room = (standing: Standing): ConversationView => club('Book club', { standing });

describe('a private conversation', () => {
  it('waits calmly for keys, and lets Ada write meanwhile', async () => {
    await at(direct('Bo', { standing: { status: 'waiting' } }));
    expect((await screen.findByText(/Waiting for/)).textContent).toBe('Waiting for Bo’s keys…');
    expect(composer()).toBeTruthy();
  });

  it('has a door at which Ada waits, and from which she can go', async () => {
    const { argsOf } = await at(room({ status: 'knocking', failure: null, again: false }));
    expect(
      await screen.findByText(/You asked to come in. Somebody who is in the room lets you in/),
    ).toBeTruthy();
    expect(composer()).toBeNull();
    expect(argsOf('panel')).toEqual([]);
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(argsOf('leave')).toEqual([{ room: 'room Book club' }]);
  });

  it('says why somebody was not let in', async () => {
    const failure = { code: 'invite_revoked', message: 'This invite link was revoked. Ask for a new one.' };
    const { argsOf } = await at(room({ status: 'knocking', failure, again: false }));
    expect((await screen.findByText(failure.message)).getAttribute('role')).toBe('alert');
    await fireEvent.click(screen.getByRole('button', { name: 'Remove' }));
    expect(argsOf('leave')).toHaveLength(1);
  });

  it.each([
    ['left', /^You left this room/],
    ['removed', /^You were removed from this room/],
  ] as const)('that was %s keeps its history and takes no more words', async (status, words) => {
    const page = () => ({ rows: [says('Bo', 1, 0)], moreBefore: false, moreAfter: false });
    const { argsOf } = await at(room({ status }), { page });
    expect(await screen.findByText(words)).toBeTruthy();
    expect(await screen.findByText('Bo says 1')).toBeTruthy();
    expect(composer()).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: 'Remove from the list' }));
    expect(argsOf('leave')).toEqual([{ room: 'room Book club' }]);
  });

  it.each([
    [null, /^You asked to come in again/],
    [{ code: 'invite_revoked', message: 'This invite was revoked.' }, 'This invite was revoked.'],
  ])(
    'that Ada asked to come back into keeps its history, also when she is turned away (%#)',
    async (failure, words) => {
      const page = () => ({ rows: [says('Bo', 1, 0)], moreBefore: false, moreAfter: false });
      const { argsOf } = await at(room({ status: 'knocking', failure, again: true }), { page });
      expect(await screen.findByText(words)).toBeTruthy();
      expect(await screen.findByText('Bo says 1')).toBeTruthy();
      expect(composer()).toBeNull();
      expect(screen.getByRole('button', { name: 'Show people' }).textContent?.trim()).toBe('');
      await fireEvent.click(screen.getByRole('button', { name: 'Give up' }));
      expect(argsOf('leave')).toEqual([{ room: 'room Book club' }]);
    },
  );

  it('whose keys are lost says who lets Ada in again', async () => {
    await at(direct('Bo', { standing: { status: 'lost' } }));
    expect(await screen.findByText(/lost the keys. Bo lets you in again/)).toBeTruthy();
    expect(composer()).toBeNull();
    expect(screen.queryByRole('button', { name: 'Remove from the list' })).toBeNull();
  });

  it('with somebody who signed out for good says that nobody would read it', async () => {
    await at(direct('Bo', { peer: peer('Bo', { gone: true }) }));
    expect(await screen.findByText('Bo signed out for good; nobody would read it.')).toBeTruthy();
    expect(composer()).toBeNull();
  });

  it('with somebody new behind a known nickname says so, and goes on as it was', async () => {
    const { argsOf } = await at(direct('Bo', { peer: peer('Bo', { changed: { blocking: false } }) }));
    const notice = await screen.findByText(/Somebody else has the nickname/);
    expect(notice.textContent).toBe('Somebody else has the nickname Bo now than before.');
    expect(composer()).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'I know, go on' }));
    expect(argsOf('acceptChange')).toEqual([{ identity: 'Bo' }]);
  });

  it('with somebody new behind the nickname of a verified person sends nothing until Ada has decided', async () => {
    const changed = direct('Bo', { peer: peer('Bo', { changed: { blocking: true } }) });
    const { tell } = await at(changed);
    expect(await screen.findByText(/Nothing is sent until you have decided about Bo/)).toBeTruthy();
    expect(composer()).toBeNull();
    tell({ type: 'conversations', conversations: [theLounge(), direct('Bo')] });
    await waitFor(() => expect(composer()).toBeTruthy());
    expect(screen.queryByText(/Somebody else has the nickname/)).toBeNull();
  });

  it('with somebody blocked offers to unblock them', async () => {
    const { tell, argsOf } = await at(direct('Bo'));
    tell({ type: 'blocked', blocked: [{ identity: peer('Bo').identity, nickname: 'Bo' }] });
    expect(await screen.findByText('You blocked Bo.')).toBeTruthy();
    expect(composer()).toBeNull();
    await fireEvent.click(screen.getAllByRole('button', { name: 'Unblock' })[0] as HTMLElement);
    expect(argsOf('block')).toEqual([{ identity: 'Bo', nickname: 'Bo', blocked: false }]);
  });
});

describe('receipts', () => {
  it('turn from Sent to Delivered to Seen in place', async () => {
    const row = says('Ada', 1, 0, { id: 'x', mine: true });
    const page = () => ({ rows: [row], moreBefore: false, moreAfter: false });
    const { tell } = await at(direct('Bo'), { page });
    const article = await screen.findByRole('article');
    expect(article.textContent).toContain('Sent');
    for (const [status, word] of [
      ['delivered', 'Delivered'],
      ['seen', 'Seen'],
    ] as const) {
      tell({ type: 'rows', room: direct('Bo').room, rows: [{ ...row, delivery: { status } }], removed: [] });
      await waitFor(() => expect(article.textContent).toContain(word));
      expect(screen.getByRole('article')).toBe(article);
    }
    expect(article.textContent).not.toContain('Sent');
  });

  it('show on the last of what was said in one breath, and are told for each', async () => {
    const rows = [1, 2].map((seq) => says('Ada', seq, 0, { mine: true, delivery: { status: 'seen' } }));
    await at(direct('Bo'), { page: () => ({ rows, moreBefore: false, moreAfter: false }) });
    const feet = (await screen.findAllByText('Seen')).map((word) => word.closest('.foot'));
    expect(feet.map((foot) => foot?.classList.contains('hidden-visually'))).toEqual([true, false]);
  });
});
