import type { Failure, OutgoingFile } from '@aurora/chat/view';
import { limits } from '@aurora/protocol';
import { named } from '../text/words.ts';
import { Attachment } from './attachment.svelte.ts';
import { Lazy, PART_MISSING } from './lazy.svelte.ts';

export const preparation = new Lazy(async () => {
  const { prepare, smaller, filesIn, foldersIn } = await import('../files/prepare.ts');
  return { prepare, smaller, filesIn, foldersIn };
});

/** The files in the tray above a conversation's composer. They stay when the person goes elsewhere, not across reloads. */
export class Attachments {
  items: readonly Attachment[] = $state.raw([]);
  /** What was left out, and why. */
  notes: readonly string[] = $state.raw([]);
  /** Set while they are made ready to be sent. */
  sending: Promise<void> | null = $state.raw(null);

  /** Takes in what fits and says what does not; with names of folders that came along. */
  async add(files: readonly File[], folders: readonly string[] = []): Promise<void> {
    const notes = folders.map(
      (name) => `${name} is a folder: send its files, or pack them into one file first.`,
    );
    this.notes = [...notes];
    const module = await preparation.load().catch(() => null);
    if (!module) {
      this.notes = [...notes, PART_MISSING.message];
      return;
    }
    const left: string[] = [];
    for (const file of files) {
      if (await this.#has(file)) notes.push(`${file.name} is already attached.`);
      else if (this.items.length >= limits.blobs) left.push(file.name);
      else this.#take(new Attachment(file, module));
    }
    if (left.length > 0) {
      const were = left.length === 1 ? 'was' : 'were';
      notes.push(`A message holds ${limits.blobs} files: ${named(left, 0)} ${were} left out.`);
    }
    this.notes = notes;
  }

  /** What was made here already, such as a voice note that the engine refused. */
  keep(file: OutgoingFile): void {
    this.#take(new Attachment(file, null));
  }

  remove(attachment: Attachment): void {
    if (this.sending) return;
    this.notes = [];
    this.#drop(attachment);
  }

  /** Whether a photo goes smaller and without its location. */
  choose(attachment: Attachment, smaller: boolean): void {
    if (this.sending) return;
    this.notes = [];
    attachment.choose(smaller);
    this.#watch(attachment);
  }

  /**
   * Hands them to `send` as soon as all are ready, or not at all when one cannot be made so, which the notes tell. When
   * `send` refuses they are there as before.
   */
  send(send: (files: readonly OutgoingFile[]) => Promise<void>): Promise<void> {
    this.sending ??= this.#send(send).finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** The conversation is forgotten by this page. */
  clear(): void {
    for (const item of this.items) item.release();
    this.items = [];
    this.notes = [];
  }

  async #send(send: (files: readonly OutgoingFile[]) => Promise<void>): Promise<void> {
    const sent = this.items;
    const outgoing = await Promise.all(sent.map((item) => item.outgoing())).catch(() => null);
    if (!outgoing) return;
    this.items = this.items.filter((one) => !sent.includes(one));
    this.notes = [];
    try {
      await send(outgoing);
      for (const item of sent) item.release();
    } catch (failure) {
      this.items = [...sent, ...this.items];
      throw failure;
    }
  }

  async #has(file: File): Promise<boolean> {
    for (const item of this.items) if (await item.is(file)) return true;
    return false;
  }

  #take(item: Attachment): void {
    this.items = [...this.items, item];
    this.#watch(item);
  }

  #watch(item: Attachment): void {
    item.ready.catch((failure: Failure) => {
      if (item.whole === null) this.#drop(item);
      this.notes = [...this.notes, failure.message];
    });
  }

  #drop(item: Attachment): void {
    this.items = this.items.filter((one) => one !== item);
    item.release();
  }
}
