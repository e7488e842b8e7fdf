import type { FileView, MessageRow, OutgoingFile, TransferView } from '@aurora/chat/view';
import type { Bytes, Millis } from '@aurora/protocol';
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Prepared } from '../src/files/prepare.ts';
import { box, enter, lounge, type Page, prepare, type Script, type as typeText } from './page.ts';
import { direct, file, says } from './people.ts';

/** What the modules of files do is tested beside them; here each follows a script. */
const files = vi.hoisted(() => ({
  prepare: vi.fn(),
  smaller: vi.fn(),
  playable: vi.fn(),
  save: vi.fn(),
  record: vi.fn(),
}));
vi.mock('../src/files/prepare.ts', () => ({
  prepare: files.prepare,
  smaller: files.smaller,
  filesIn: (data: DataTransfer) => [...data.files],
  foldersIn: (data: { folders?: string[] }) => data.folders ?? [],
}));
vi.mock('../src/files/play.ts', () => ({
  playable: files.playable,
  hintOf: (type: string) =>
    ({ image: 'picture', audio: 'sound', video: 'film' })[type.split('/')[0] ?? ''] ?? null,
}));
vi.mock('../src/files/save.ts', () => ({ save: files.save }));
vi.mock('../src/files/recorder.ts', () => ({ record: files.record }));

prepare();

function outgoing(content: Blob, name: string, more: Partial<OutgoingFile> = {}): OutgoingFile {
  return { content, name, type: content.type, preview: null, duration: null, voice: false, ...more };
}
const prepared = (chosen: File): Prepared => ({
  file: outgoing(chosen, chosen.name),
  url: null,
  photo: chosen.type === 'image/jpeg',
});

beforeAll(() => {
  URL.createObjectURL = () => 'blob:likeness';
  URL.revokeObjectURL = () => undefined;
});
beforeEach(() => {
  files.prepare.mockImplementation(async (chosen: File) => prepared(chosen));
  files.smaller.mockImplementation(async (whole: Prepared) => ({
    ...whole,
    file: outgoing(new Blob(['small']), whole.file.name),
  }));
  files.playable.mockImplementation(async () => {
    throw { code: 'not_playable', message: 'This file cannot be shown here.' };
  });
  files.save.mockResolvedValue(undefined);
});
afterEach(() => vi.resetAllMocks());

function choose(...chosen: File[]): Promise<boolean> {
  const input = document.querySelector<HTMLInputElement>('input[type="file"]');
  if (!input) throw new Error('There is no way to choose files');
  return fireEvent.change(input, { target: { files: chosen } });
}
const some = (name: string, type = 'text/plain', content = 'words'): File =>
  new File([content], name, { type });
const tray = () => screen.findByRole('region', { name: 'Attached files' });
const sent = (page: Page): unknown[] => page.argsOf('sendFiles');

describe('the tray', () => {
  async function opened(script: Script = {}): Promise<Page> {
    const page = enter(script);
    await waitFor(box);
    return page;
  }

  it('holds what Ada chose until she sends it with a caption', async () => {
    const page = await opened();
    const [a, b] = [some('a.txt'), some('b.pdf', 'application/pdf', '')];
    await choose(a, b);
    const shown = within(await tray());
    expect(await shown.findByText('2 files of 8 a message holds')).toBeTruthy();
    expect(shown.getByText('5 B')).toBeTruthy();
    expect(shown.getByText('0 B')).toBeTruthy();
    expect(box().placeholder).toBe('Add a caption');
    await typeText('both of them');
    await fireEvent.keyDown(box(), { key: 'Enter' });
    await waitFor(() =>
      expect(sent(page)).toEqual([
        { room: lounge, text: 'both of them', files: [outgoing(a, 'a.txt'), outgoing(b, 'b.pdf')] },
      ]),
    );
    expect(box().value).toBe('');
    expect(screen.queryByRole('region', { name: 'Attached files' })).toBeNull();
    expect(page.argsOf('send')).toEqual([]);
  });

  it('needs no caption', async () => {
    const page = await opened();
    await choose(some('a.txt'));
    await tray();
    await fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    await waitFor(() => expect(sent(page)).toMatchObject([{ text: '' }]));
  });

  it('lets a file go, and the focus goes on to the next, then to the box', async () => {
    await opened();
    await choose(some('a.txt'), some('b.txt'));
    const shown = within(await tray());
    await fireEvent.click(await shown.findByRole('button', { name: 'Remove a.txt' }));
    await waitFor(() =>
      expect(document.activeElement).toBe(shown.getByRole('button', { name: 'Remove b.txt' })),
    );
    await fireEvent.click(shown.getByRole('button', { name: 'Remove b.txt' }));
    await waitFor(() => expect(document.activeElement).toBe(box()));
    expect(box().placeholder).toBe('Message Lounge');
  });

  it('takes eight and says which are too many', async () => {
    await opened();
    await choose(...Array.from({ length: 10 }, (_, index) => some(`${index}.txt`)));
    const shown = within(await tray());
    expect(await shown.findByText('A message holds 8 files: 8.txt and 9.txt were left out.')).toBeTruthy();
    expect(shown.getAllByRole('listitem')).toHaveLength(8);
  });

  it('takes the same file once', async () => {
    await opened();
    const a = some('a.txt');
    await choose(a);
    await choose(a);
    const shown = within(await tray());
    expect(await shown.findByText('a.txt is already attached.')).toBeTruthy();
    expect(shown.getAllByRole('listitem')).toHaveLength(1);
  });

  it('takes two files that are alike in name, size and time, and not in what they hold', async () => {
    await opened();
    const same = { type: 'text/plain', lastModified: 1 };
    await choose(new File(['aaa'], 'same.txt', same), new File(['bbb'], 'same.txt', same));
    const shown = within(await tray());
    await waitFor(() => expect(shown.getAllByRole('listitem')).toHaveLength(2));
  });

  it('says twice what is so twice', async () => {
    await opened();
    const a = some('a.txt');
    await choose(a);
    await tray();
    await choose(a, a);
    const shown = within(await tray());
    await waitFor(() => expect(shown.getAllByText('a.txt is already attached.')).toHaveLength(2));
  });

  it('keeps a caption that is too long, and says by how much', async () => {
    const page = await opened();
    await choose(some('a.txt'));
    await tray();
    await typeText('x'.repeat(4_003));
    expect(await screen.findByText('3 characters too many. A caption holds 4,000.')).toBeTruthy();
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(sent(page)).toEqual([]);
    expect(box().value).toHaveLength(4_003);
  });

  it('gives files and caption back when the engine refuses them', async () => {
    await opened({
      sendFiles: () => {
        throw { code: 'storage_failed', message: 'No room left on this device.' };
      },
    });
    await choose(some('a.txt'));
    await tray();
    await typeText('precious');
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(await screen.findByText('No room left on this device.')).toBeTruthy();
    expect(box().value).toBe('precious');
    expect(within(await tray()).getByRole('button', { name: 'Remove a.txt' })).toBeTruthy();
  });

  it('waits for a likeness that is still being made', async () => {
    const page = await opened();
    let finish: (made: Prepared) => void = () => undefined;
    files.prepare.mockImplementation(() => new Promise((resolve) => (finish = resolve)));
    const a = some('a.png', 'image/png');
    await choose(a);
    const shown = await tray();
    expect(within(shown).getByRole('listitem').getAttribute('aria-busy')).toBe('true');
    await fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(sent(page)).toEqual([]);
    expect(screen.getByRole('button', { name: 'Send' }).getAttribute('aria-busy')).toBe('true');
    finish(prepared(a));
    await waitFor(() => expect(sent(page)).toHaveLength(1));
  });

  it('sends photos smaller and without their place, unless Ada wants them whole', async () => {
    const page = await opened();
    const photo = some('photo.jpg', 'image/jpeg');
    await choose(photo);
    const less = await within(await tray()).findByRole('switch', { name: 'Smaller, without location' });
    expect(less.getAttribute('aria-checked')).toBe('true');
    await fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    await waitFor(() => expect(sent(page)).toHaveLength(1));
    expect(sent(page)).toMatchObject([{ files: [{ content: { size: 5 }, type: '' }] }]);

    await choose(photo);
    await fireEvent.click(await within(await tray()).findByRole('switch'));
    await fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    await waitFor(() => expect(sent(page)).toHaveLength(2));
    expect(sent(page)[1]).toMatchObject({ files: [{ type: 'image/jpeg' }] });
  });

  it('never sends a photo whole because making it smaller failed', async () => {
    const page = await opened();
    let fail: (error: Error) => void = () => undefined;
    files.smaller.mockImplementation(() => new Promise((_, reject) => (fail = reject)));
    await choose(some('photo.jpg', 'image/jpeg'));
    await within(await tray()).findByRole('switch');
    await fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    fail(new Error('no canvas'));
    const shown = within(await tray());
    expect(await shown.findByText(/^photo.jpg could not be made smaller/)).toBeTruthy();
    expect(sent(page)).toEqual([]);
    expect(shown.getByRole('switch').getAttribute('aria-checked')).toBe('false');
    const send = screen.getByRole('button', { name: 'Send' });
    await waitFor(() => expect(send.getAttribute('aria-busy')).toBe('false'));
    await fireEvent.click(send);
    await waitFor(() => expect(sent(page)).toHaveLength(1));
  });

  it('says which file cannot be read', async () => {
    await opened();
    files.prepare.mockRejectedValue(new Error('gone'));
    await choose(some('a.txt'));
    expect(await within(await tray()).findByText(/^a.txt could not be read/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Remove a.txt' })).toBeNull();
  });

  it('takes a pasted picture, and leaves a pasted text to the box', async () => {
    await opened();
    await fireEvent.focus(box());
    const picture = { files: [some('image.png', 'image/png')], types: ['Files'] };
    expect(await fireEvent.paste(box(), { clipboardData: picture })).toBe(false);
    expect(await within(await tray()).findByRole('button', { name: 'Remove image.png' })).toBeTruthy();
    const words = { files: [some('image.png', 'image/png')], types: ['text/plain', 'Files'] };
    expect(await fireEvent.paste(box(), { clipboardData: words })).toBe(true);
  });

  it('takes what is dropped anywhere, and tells a folder from a file', async () => {
    await opened();
    const dataTransfer = { types: ['Files'], files: [some('a.txt')], folders: ['Holiday'] };
    await fireEvent.dragOver(document.body, { dataTransfer });
    expect(screen.getByText(/^Drop to attach to/).textContent).toBe('Drop to attach to Lounge');
    await waitFor(() => expect(fireEvent.drop(document.body, { dataTransfer })).toBeTruthy());
    const shown = within(await tray());
    expect(await shown.findByRole('button', { name: 'Remove a.txt' })).toBeTruthy();
    expect(
      shown.getByText('Holiday is a folder: send its files, or pack them into one file first.'),
    ).toBeTruthy();
    expect(screen.queryByText(/^Drop to attach to/)).toBeNull();
  });

  it('leaves a link that is dragged over the page alone', async () => {
    await opened();
    const dataTransfer = { types: ['text/uri-list'], files: [] };
    expect(await fireEvent.dragOver(document.body, { dataTransfer })).toBe(true);
    expect(screen.queryByText(/^Drop to attach to/)).toBeNull();
  });

  it('is still there when Ada comes back from another conversation', async () => {
    enter({}, [direct('Bo')]);
    await waitFor(box);
    await choose(some('a.txt'));
    await tray();
    await fireEvent.click(screen.getByRole('tab', { name: 'Bo' }));
    expect(screen.queryByRole('region', { name: 'Attached files' })).toBeNull();
    await fireEvent.click(screen.getByRole('tab', { name: 'Lounge' }));
    expect(within(await tray()).getByRole('button', { name: 'Remove a.txt' })).toBeTruthy();
  });

  it('keeps its files on Escape', async () => {
    await opened();
    await choose(some('a.txt'));
    const remove = within(await tray()).getByRole('button', { name: 'Remove a.txt' });
    await fireEvent.keyDown(remove, { key: 'Escape' });
    expect(screen.getByRole('button', { name: 'Remove a.txt' })).toBeTruthy();
  });
});

describe('a voice note', () => {
  const note = outgoing(new Blob(['hm']), 'Voice note.webm', { voice: true, duration: 2_000 });
  const recording = { stop: vi.fn(), cancel: vi.fn(), level: () => 0.5, since: performance.now() };

  beforeEach(() => {
    vi.stubGlobal('MediaRecorder', class {});
    Object.defineProperty(navigator, 'mediaDevices', { value: {}, configurable: true });
    files.record.mockResolvedValue(recording);
    recording.stop.mockResolvedValue(note);
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'MediaRecorder');
    Reflect.deleteProperty(navigator, 'mediaDevices');
  });
  const begin = async () =>
    fireEvent.click(await screen.findByRole('button', { name: 'Record a voice note' }));
  const bar = async () => within(await screen.findByRole('group', { name: 'Voice note' }));

  it('is spoken in place of the box, and sent', async () => {
    const page = enter();
    await begin();
    const shown = await bar();
    expect(await shown.findByText('Recording')).toBeTruthy();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
    await fireEvent.click(shown.getByRole('button', { name: 'Send' }));
    await waitFor(() => expect(sent(page)).toEqual([{ room: lounge, text: '', files: [note] }]));
    await waitFor(box);
  });

  it('is dropped on Cancel', async () => {
    const page = enter();
    await begin();
    const shown = await bar();
    await shown.findByText('Recording');
    await fireEvent.click(shown.getByRole('button', { name: 'Cancel' }));
    expect(recording.cancel).toHaveBeenCalled();
    await waitFor(box);
    expect(sent(page)).toEqual([]);
  });

  it('is dropped on Escape', async () => {
    const page = enter();
    await begin();
    const shown = await bar();
    await shown.findByText('Recording');
    await fireEvent.keyDown(shown.getByRole('button', { name: 'Send' }), { key: 'Escape' });
    expect(recording.cancel).toHaveBeenCalled();
    await waitFor(box);
    expect(sent(page)).toEqual([]);
  });

  it('waits in the tray when the engine refuses it, and when Ada goes elsewhere meanwhile', async () => {
    enter(
      {
        sendFiles: () => {
          throw { code: 'storage_failed', message: 'No room left on this device.' };
        },
      },
      [direct('Bo')],
    );
    await begin();
    await (await bar()).findByText('Recording');
    await fireEvent.click((await bar()).getByRole('button', { name: 'Send' }));
    const kept = within(await tray());
    await fireEvent.click(await kept.findByRole('button', { name: 'Remove Voice note.webm' }));
    await begin();
    await (await bar()).findByText('Recording');
    await fireEvent.click(screen.getByRole('tab', { name: 'Bo' }));
    await fireEvent.click(screen.getByRole('tab', { name: 'Lounge' }));
    expect(await within(await tray()).findByRole('button', { name: 'Remove Voice note.webm' })).toBeTruthy();
  });

  it('says why there is none', async () => {
    files.record.mockRejectedValue({ code: 'microphone_refused', message: 'The microphone is not allowed.' });
    enter();
    await begin();
    expect(await screen.findByText('The microphone is not allowed.')).toBeTruthy();
    await waitFor(box);
  });

  it('is not offered beside words or files', async () => {
    enter();
    await waitFor(box);
    await typeText('x');
    expect(screen.queryByRole('button', { name: 'Record a voice note' })).toBeNull();
  });
});

describe('a file card', () => {
  const way = { done: 1_000_000, total: 2_000_000 };
  const broken = { code: 'x', message: 'The server lost it.' };

  /** A message of Bo's, or of Ada's own, with one file. */
  async function card(shown: FileView, more: Partial<MessageRow> = {}, script: Script = {}) {
    const row = says(more.mine ? 'Ada' : 'Bo', 7, 0, { id: 'x', text: '', files: [shown], ...more });
    const page = enter({ page: () => ({ rows: [row], moreBefore: false, moreAfter: false }), ...script });
    const group = await screen.findByRole('group', { name: shown.name });
    const tell = (transfer: TransferView) =>
      page.tell({ type: 'transfer', room: lounge, id: 'x', blob: shown.blob, transfer });
    const names = () =>
      within(group)
        .queryAllByRole('button')
        .map(({ textContent }) => textContent?.trim());
    const press = (name: string) => fireEvent.click(within(group).getByRole('button', { name }));
    const place = { room: lounge, id: 'x', position: row.position, blob: shown.blob };
    return { page, row, group, tell, names, press, place };
  }

  it('offers a file of somebody else to accept or to reject', async () => {
    const { page, group, names, press, place } = await card(file('plan.pdf'));
    expect(group.textContent).toContain('2 MB');
    expect(names()).toEqual(['Accept', 'Reject']);
    await press('Accept');
    expect(page.argsOf('acceptFile')).toEqual([place]);
    await press('Reject');
    expect(page.argsOf('rejectFile')).toEqual([{ ...place, rejected: true }]);
  });

  it('offers one’s own to download', async () => {
    const { page, names, press, place } = await card(file('plan.pdf'), { mine: true });
    expect(names()).toEqual(['Download']);
    await press('Download');
    expect(page.argsOf('acceptFile')).toEqual([place]);
  });

  it('folds when it was rejected, and unfolds', async () => {
    const { page, group, names, press, tell, place } = await card(file('plan.pdf'));
    tell({ status: 'rejected' });
    await waitFor(() => expect(names()).toEqual(['Undo']));
    expect(group.textContent).toContain('plan.pdf');
    await press('Undo');
    expect(page.argsOf('rejectFile')).toEqual([{ ...place, rejected: false }]);
  });

  it('tells how far it is, how fast, and how long it still takes', async () => {
    const { page, group, names, press, tell, place } = await card(file('plan.pdf'));
    tell({ status: 'moving', ...way, speed: 3_200_000, left: 110_000 });
    const bar = await within(group).findByRole('progressbar', { name: 'Fetching' });
    expect(bar.getAttribute('aria-valuemin')).toBe('0');
    expect(bar.getAttribute('aria-valuenow')).toBe('1000000');
    expect(bar.getAttribute('aria-valuemax')).toBe('2000000');
    expect(bar.getAttribute('aria-valuetext')).toBe('50%, about 2 min left');
    expect(group.textContent).toContain('1 MB of 2 MB · 3.2 MB/s · about 2 min left');
    expect(names()).toEqual(['Pause', 'Cancel']);
    await press('Pause');
    await press('Cancel');
    expect(page.argsOf('steerFile')).toEqual([
      { ...place, to: 'pause' },
      { ...place, to: 'cancel' },
    ]);
  });

  it('goes on after a pause', async () => {
    const { page, names, press, tell, place } = await card(file('plan.pdf'));
    tell({ status: 'paused', ...way });
    await waitFor(() => expect(names()).toEqual(['Resume', 'Cancel']));
    await press('Resume');
    expect(page.argsOf('steerFile')).toEqual([{ ...place, to: 'resume' }]);
  });

  it('says what it waits for', async () => {
    const { group, names, tell } = await card(file('plan.pdf'));
    tell({ status: 'waiting', ...way, failure: { code: 'offline', message: 'Waits for the connection.' } });
    await within(group).findByText('Waits for the connection.');
    expect(names()).toEqual(['Cancel']);
    tell({ status: 'waiting', ...way, failure: null });
    await waitFor(() => expect(group.querySelector('.state')?.textContent).toBe('Waiting · 1 MB of 2 MB'));
  });

  it('says why it failed, and tries again where that may help', async () => {
    const { page, group, names, press, tell, place } = await card(file('plan.pdf'));
    tell({ status: 'failed', failure: broken, again: true });
    await waitFor(() => expect(names()).toEqual(['Try again', 'Reject']));
    expect(group.querySelector('.state')?.textContent).toBe('The server lost it.');
    await press('Try again');
    expect(page.argsOf('acceptFile')).toEqual([place]);
  });

  it('that failed for good is put away, and brought back', async () => {
    const { page, names, press, tell, place } = await card(file('plan.pdf'));
    tell({ status: 'failed', failure: broken, again: false });
    await waitFor(() => expect(names()).toEqual(['Reject']));
    await press('Reject');
    tell({ status: 'rejected' });
    await waitFor(() => expect(names()).toEqual(['Undo']));
    await press('Undo');
    tell({ status: 'offered' });
    await waitFor(() => expect(names()).toEqual(['Accept', 'Reject']));
    expect(page.argsOf('rejectFile')).toEqual([
      { ...place, rejected: true },
      { ...place, rejected: false },
    ]);
  });

  it('of one’s own on its way goes on again or is given up', async () => {
    const { page, names, press, tell, place } = await card(file('plan.pdf'), {
      mine: true,
      delivery: { status: 'pending' },
    });
    tell({ status: 'preparing', ...way });
    expect(await screen.findByRole('progressbar', { name: 'Sending' })).toBeTruthy();
    tell({ status: 'failed', failure: broken, again: true });
    await waitFor(() => expect(names()).toEqual(['Try again', 'Cancel']));
    await press('Try again');
    await press('Cancel');
    expect(page.argsOf('steerFile')).toEqual([
      { ...place, to: 'resume' },
      { ...place, to: 'cancel' },
    ]);
  });

  it('of a message that failed leaves the way on to the message', async () => {
    const { names } = await card(
      file('plan.pdf', { transfer: { status: 'failed', failure: broken, again: true } }),
      {
        mine: true,
        delivery: { status: 'failed', failure: broken },
      },
    );
    expect(names()).toEqual([]);
    expect(screen.getByRole('button', { name: 'Retry' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Discard' })).toBeTruthy();
  });

  it('saves a held file when asked, and says when that fails', async () => {
    files.save.mockRejectedValue({ code: 'file_gone', message: 'The file is gone.' });
    const { press, place } = await card(file('plan.pdf', { transfer: { status: 'held' } }));
    await press('Download');
    await waitFor(() => expect(files.save).toHaveBeenCalledTimes(1));
    expect(files.save.mock.calls[0]?.[1]).toEqual(place);
    expect(await screen.findByText('The file is gone.')).toBeTruthy();
  });

  it('saves by itself, once, what Ada accepted and cannot see here', async () => {
    const { press, tell, names } = await card(file('plan.pdf'));
    await press('Accept');
    tell({ status: 'moving', ...way, speed: null, left: null });
    tell({ status: 'held' });
    await waitFor(() => expect(files.save).toHaveBeenCalledTimes(1));
    tell({ status: 'held' });
    await waitFor(() => expect(names()).toEqual(['Download']));
    expect(files.save).toHaveBeenCalledTimes(1);
  });

  it('saves nothing that another tab accepted, nor what Ada gave up', async () => {
    const { press, tell, names } = await card(file('plan.pdf'));
    await press('Accept');
    tell({ status: 'moving', ...way, speed: null, left: null });
    await waitFor(() => expect(names()).toContain('Cancel'));
    await press('Cancel');
    tell({ status: 'held' });
    await waitFor(() => expect(names()).toEqual(['Download']));
    expect(files.save).not.toHaveBeenCalled();
  });

  it('keeps the focus when the button that was pressed goes', async () => {
    const { group, tell } = await card(file('plan.pdf'));
    within(group).getByRole('button', { name: 'Accept' }).focus();
    tell({ status: 'moving', ...way, speed: null, left: null });
    await waitFor(() =>
      expect(document.activeElement).toBe(within(group).getByRole('button', { name: 'Pause' })),
    );
  });

  it('shows a picture from the file itself, opens it large, and lets it go', async () => {
    const release = vi.fn();
    const picture = { kind: 'picture', url: 'blob:picture', width: 40, height: 30, release };
    files.playable.mockResolvedValue(picture);
    const shown = file('sea.png', { type: 'image/png' });
    const { page, group, press, tell, place } = await card(shown);
    await press('Accept');
    expect(group.querySelector('img')).toBeNull();
    tell({ status: 'held' });
    await waitFor(() => expect(group.querySelector('img')?.src).toBe('blob:picture'));
    expect(files.playable.mock.calls[0]?.[1]).toEqual(place);
    expect(files.save).not.toHaveBeenCalled();
    await press('Open sea.png');
    const dialog = within(await screen.findByRole('dialog', { name: 'sea.png' }, { timeout: 5_000 }));
    expect((await dialog.findByRole('img', { name: 'sea.png' })).getAttribute('src')).toBe('blob:picture');
    await fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    page.tell({ type: 'rows', room: lounge, rows: [], removed: ['x'] });
    await waitFor(() => expect(release).toHaveBeenCalledTimes(2));
  });

  it('says of a picture that is none that it can only be saved', async () => {
    const { group, names } = await card(file('sea.png', { type: 'image/png', transfer: { status: 'held' } }));
    expect(await within(group).findByText('This file cannot be shown here.')).toBeTruthy();
    expect(names()).toEqual(['Download']);
  });

  it('plays sounds and films with the browser’s own controls', async () => {
    const made = { url: 'blob:it', width: null, height: null, release: () => undefined };
    files.playable.mockResolvedValue({ ...made, kind: 'sound' });
    const { group } = await card(file('sea.ogg', { type: 'audio/ogg', transfer: { status: 'held' } }));
    await waitFor(() => expect(group.querySelector('audio')?.src).toBe('blob:it'));
    expect(group.querySelector('audio')?.controls).toBe(true);
  });

  it('reads a large film only when asked', async () => {
    const made = { url: 'blob:film', width: 16, height: 9, release: () => undefined };
    files.playable.mockResolvedValue({ ...made, kind: 'film' });
    const { group, press } = await card(
      file('sea.mp4', { type: 'video/mp4', size: 50_000_000, transfer: { status: 'held' } }),
    );
    expect(files.playable).not.toHaveBeenCalled();
    await press('Play sea.mp4');
    await waitFor(() => expect(group.querySelector('video')?.src).toBe('blob:film'));
  });

  it('plays a voice note when asked', async () => {
    const made = { url: 'blob:voice', width: null, height: null, release: () => undefined };
    files.playable.mockResolvedValue({ ...made, kind: 'sound' });
    const voice = file('voice.webm', { type: 'audio/webm', voice: true, duration: 7_000 });
    const { group, press } = await card({ ...voice, transfer: { status: 'held' } });
    expect(group.textContent).toContain('0:07');
    await press('Play voice note');
    await waitFor(() => expect(group.querySelector('audio')?.src).toBe('blob:voice'));
    expect(screen.getByRole('article', { name: /voice note, 0:07/ })).toBeTruthy();
  });

  it('shows a hostile name as text', async () => {
    const name = '<img src=x onerror=alert(1)>.png';
    const { group } = await card(file(name));
    expect(group.querySelector('img')).toBeNull();
    expect(group.querySelector('.words bdi')?.textContent).toBe(name);
    expect(group.querySelector('.words bdi')?.getAttribute('title')).toBe(name);
  });

  it('shows no likeness that is not a picture', async () => {
    const image = new TextEncoder().encode('<svg onload="alert(1)"/>') as Bytes;
    const { group } = await card(
      file('a.png', { type: 'image/png', preview: { width: 10, height: 10, image } }),
    );
    expect(group.querySelector('img')).toBeNull();
  });

  it('stands once in a message that names it twice, as what it would be fetched as, and the timeline goes on', async () => {
    const [shown, again] = [file('plan.pdf'), file('other.pdf', { blob: file('plan.pdf').blob })];
    const { page, row, names } = await card(shown, { files: [shown, again, file('more.pdf')] });
    const cards = () => screen.getAllByRole('group').map((group) => group.getAttribute('aria-label'));
    expect(cards()).toEqual(['plan.pdf', 'more.pdf']);
    expect(names()).toEqual(['Accept', 'Reject']);
    page.tell({ type: 'rows', room: lounge, rows: [{ ...row, files: [again, shown] }], removed: [] });
    await waitFor(() => expect(cards()).toEqual(['other.pdf']));
    page.tell({ type: 'rows', room: lounge, rows: [says('Bo', 8, 1)], removed: [] });
    expect(await screen.findByText('Bo says 8')).toBeTruthy();
  });

  it('stands above a caption, and names its message', async () => {
    await card(file('plan.pdf'), { text: 'the plan' });
    const article = screen.getByRole('article', { name: /Bo.*file plan.pdf.*the plan/s });
    expect(article.querySelector('.bubble')?.textContent).toBe('the plan');
  });

  it('has no empty bubble under it', async () => {
    await card(file('plan.pdf'));
    expect(screen.getByRole('article').querySelector('.bubble')).toBeNull();
  });

  it('believes a row that is told anew more than what was told before it', async () => {
    const { page, row, names, tell } = await card(file('plan.pdf'));
    tell({ status: 'paused', ...way });
    await waitFor(() => expect(names()).toContain('Resume'));
    page.tell({ type: 'rows', room: lounge, rows: [{ ...row, at: (row.at + 1) as Millis }], removed: [] });
    await waitFor(() => expect(names()).toEqual(['Accept', 'Reject']));
  });
});
