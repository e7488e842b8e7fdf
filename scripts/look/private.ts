import type { RoomId } from '@aurora/protocol';
import type { Screen } from '../../test/support/browser.ts';
import type { Headless } from '../../test/support/headless.ts';
import { until } from '../../test/support/until.ts';

const WIDE = { width: 1440, height: 900 };
const ROOM = 'Night watch';

/** Goes through private conversations with those in the lounge, and stops at each sight with its name. */
export async function* privateSights(
  viewer: Screen,
  others: ReadonlyMap<string, Headless>,
): AsyncGenerator<string> {
  const { page } = viewer;
  const somebody = (nickname: string): Headless => {
    const one = others.get(nickname);
    if (one === undefined) throw new Error(`${nickname} is not in the lounge`);
    return one;
  };
  const leo = somebody('Leo');
  await page.setViewportSize(WIDE);
  await viewer.messagePerson('Leo');
  await viewer.say('Leo, shall we surprise Kora with a thermos of her own?');
  const direct = await roomOf(leo, 'direct');
  await until('Leo reads it', () => leo.texts(direct).length === 1);
  await leo.client.room(direct).read(leo.rows(direct).at(-1)?.position ?? [0, 0]);
  await leo.say('Good idea! I have a blue one. She will love it 💙', direct);
  await viewer.message('I have a blue one').waitFor();
  await viewer.say('Perfect. Not a word in the Lounge 🤫');
  await viewer.message('Not a word').getByText('Delivered').waitFor();
  yield 'direct';

  await page.setViewportSize(WIDE);
  await viewer.openVerification();
  yield 'verify';
  await page.keyboard.press('Escape');

  await page.setViewportSize(WIDE);
  await viewer.newRoom(ROOM);
  await viewer.people.getByRole('button', { name: 'Invite people…' }).click();
  const dialog = page.getByRole('dialog');
  for (const nickname of ['Leo', 'Samira', 'Kora'])
    await dialog.getByRole('checkbox', { name: nickname }).check();
  yield 'invite-people';
  await dialog.getByRole('button', { name: /Invite 3/ }).click();
  await dialog.waitFor({ state: 'detached' });
  const samira = somebody('Samira');
  const room = await roomOf(samira, 'private');
  await until('Samira can write', () => {
    const view = samira.view(room);
    return view?.kind === 'private' && view.standing.status === 'ready';
  });
  await samira.say('I take the first watch, until midnight.', room);
  await viewer.message('I take the first watch').waitFor();
  await viewer.say('Then I take the one after.');
  await page.setViewportSize(WIDE);
  yield 'room';

  await page.setViewportSize(WIDE);
  await viewer.people.getByRole('button', { name: 'Invite link…' }).click();
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  await dialog.getByRole('textbox', { name: 'Link' }).waitFor();
  yield 'link';
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.setViewportSize(WIDE);
  await page.getByRole('button', { name: 'New conversation' }).click();
  yield 'start';
  await page.keyboard.press('Escape');

  await page.setViewportSize(WIDE);
  await page.getByRole('button', { name: 'Settings' }).click();
  yield 'settings';
  await page.keyboard.press('Escape');
}

/** The first private conversation of a kind that somebody is in. */
async function roomOf(somebody: Headless, kind: 'direct' | 'private'): Promise<RoomId> {
  const find = () => {
    const { account, conversations } = somebody.client;
    return account.status === 'in' ? conversations.views.find((view) => view.kind === kind)?.room : undefined;
  };
  await until(`a ${kind} conversation has come`, () => find() !== undefined);
  const room = find();
  if (room === undefined) throw new Error('a conversation that came has gone');
  return room;
}
