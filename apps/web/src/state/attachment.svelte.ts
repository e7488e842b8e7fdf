import type { Failure, OutgoingFile } from '@aurora/chat/view';
import type { Prepared } from '../files/prepare.ts';

type Preparation = Pick<typeof import('../files/prepare.ts'), 'prepare' | 'smaller'>;

/** Files up to so many bytes are compared. */
const COMPARED = 16 * 1024 * 1024;

async function sameBytes(one: Blob, other: Blob): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([one.arrayBuffer(), other.arrayBuffer()]);
    const bytes = new Uint8Array(b);
    return new Uint8Array(a).every((byte, at) => byte === bytes[at]);
  } catch {
    // What cannot be read says so itself.
    return false;
  }
}

/** One file in the tray: as it is, and for a photo as it would be without what it tells besides the picture. */
export class Attachment {
  readonly name: string;
  readonly type: string;
  /** A photo may tell where it was taken, so it goes without that unless the person wants it whole. */
  smaller: boolean = $state(true);
  whole: Prepared | null = $state.raw(null);
  small: Prepared | null = $state.raw(null);
  /** As it will be sent; null while that is not known. */
  readonly chosen: Prepared | null = $derived(this.whole?.photo && this.smaller ? this.small : this.whole);
  /** Until what will be sent is there; rejects with a Failure when the file cannot be read. */
  ready: Promise<void>;
  readonly #file: File | null;
  readonly #module: Preparation | null;
  #shrinking: Promise<Prepared> | null = null;
  #released = false;

  /** A file that was chosen, or one that was made here and needs no preparation. */
  constructor(file: File, module: Preparation);
  constructor(file: OutgoingFile, module: null);
  constructor(file: File | OutgoingFile, module: Preparation | null) {
    this.name = file.name;
    this.type = file.type;
    this.#module = module;
    this.#file = file instanceof File ? file : null;
    if (!(file instanceof File)) this.whole = { file, url: null, photo: false };
    this.ready = this.#prepare();
  }

  /** The bytes that will be sent, as far as that is known. */
  get size(): number | null {
    return this.chosen?.file.content.size ?? this.#file?.size ?? null;
  }

  /** What it looks like. */
  get url(): string | null {
    return this.chosen?.url ?? this.whole?.url ?? null;
  }

  /** Whether somebody chose this very file before; each pasted picture is another. */
  async is(file: File): Promise<boolean> {
    const mine = this.#file;
    if (mine?.name !== file.name || mine.size !== file.size) return false;
    if (mine.type !== file.type || mine.lastModified !== file.lastModified) return false;
    // Files of two folders may be alike in all of that.
    return mine.size > COMPARED || sameBytes(mine, file);
  }

  choose(smaller: boolean): void {
    this.smaller = smaller;
    this.ready = this.#prepare();
  }

  async outgoing(): Promise<OutgoingFile> {
    await this.ready;
    // A choice that changed meanwhile made another `ready`.
    return this.chosen?.file ?? this.outgoing();
  }

  release(): void {
    this.#released = true;
    for (const made of [this.whole, this.small]) if (made?.url) URL.revokeObjectURL(made.url);
  }

  async #prepare(): Promise<void> {
    if (!this.whole && this.#module && this.#file) {
      this.whole = this.#kept(await this.#module.prepare(this.#file).catch(() => this.#unreadable()));
    }
    if (!this.whole?.photo || !this.smaller || this.small || !this.#module) return;
    try {
      this.#shrinking ??= this.#module.smaller(this.whole);
      this.small = this.#kept(await this.#shrinking);
    } catch {
      this.#shrinking = null;
      // Never sent with what it tells before the person sees it: the switch goes off in sight, and Send is pressed anew.
      this.smaller = false;
      this.ready = Promise.resolve();
      throw failure(
        'not_smaller',
        `${this.name} could not be made smaller: as it is, it may tell where it was taken.`,
      );
    }
  }

  /** Frees at once what came too late. */
  #kept(made: Prepared): Prepared {
    if (this.#released && made.url) URL.revokeObjectURL(made.url);
    return made;
  }

  #unreadable(): Promise<never> {
    return Promise.reject(failure('unreadable', `${this.name} could not be read. Is it still where it was?`));
  }
}

function failure(code: string, message: string): Failure {
  return { code, message };
}
