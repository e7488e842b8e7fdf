import { type ContentKeys, type Device, type MessageBody, sealMessage } from '@aurora/crypto';
import {
  type BlobId,
  type Bytes,
  bytes,
  type Epoch,
  id,
  limits,
  type MessageId,
  type Millis,
  millis,
  nullable,
  type Of,
  RequestError,
  type RoomId,
  record,
  type Seq,
  type Shape,
  text,
  uint,
  variant,
} from '@aurora/protocol';
import type { Vault, VaultChange } from '../../ports/vault.ts';
import {
  type DeliveryState,
  type Failure,
  type MessageRow,
  PENDING_SEQ,
  type TransferView,
} from '../../view/contract.ts';
import { Disconnected, failureOf } from '../failures.ts';
import { fileView } from '../files/file-view.ts';
import { type HeldWords, heldFields, type SentWords, sentFields } from '../files/held-words.ts';
import { Serial } from '../serial.ts';

type WordsOf<Body> = Body extends MessageBody ? Omit<Body, 'at' | 'seen'> : never;
/** What is said, before it is known when and after what. */
export type Words = WordsOf<MessageBody>;
/** What is shown as said, and is sent once its files are at the relay. */
export type Pending = Words | HeldWords;

const wordsShape: Shape<Pending> = variant({
  text: { text: text(limits.text) },
  files: sentFields,
  held: heldFields,
  title: { title: text(200) },
  link: { secret: nullable(bytes(16)) },
});

const entryShape = record({
  id: id<MessageId>(),
  /** Order of writing. */
  minor: uint(),
  at: millis,
  words: wordsShape,
  /** The exact bytes sent, so that a retry is the same append; null until first sealed, or when its epoch passed. */
  sealed: nullable(record({ epoch: uint<Epoch>(), frame: bytes(1, limits.frame) })),
  failure: nullable(record({ code: text(64), message: text(1024) })),
});
type OutboxEntry = Of<typeof entryShape> & { seq?: Seq };

const fileGone = {
  code: 'no_such_blob',
  message:
    'A file of this message waited too long, and is not at the server any more. Discard it, and attach the file again.',
};

/** What sealing and sending need of the room. */
export interface Way {
  readonly room: RoomId;
  readonly device: Device;
  readonly nickname: string;
  readonly keys: ContentKeys;
  now(): Millis;
  /** The newest epoch's key, or null while it has not come. */
  key(): { epoch: Epoch; key: Bytes } | null;
  seen(): [Seq, Bytes] | null;
  /** Whether this device may say such a thing now; the others would leave it out. */
  allows(words: Words): boolean;
  append(
    epoch: Epoch,
    id: MessageId,
    frame: Bytes,
    blobs: readonly BlobId[],
  ): Promise<{ seq: Seq; at: Millis }>;
  /** How a file of a message stands. */
  transfer(id: MessageId, blob: BlobId): TransferView;
  /** The relay does not count this device as a member any more. */
  rejoin(): void;
  after(delay: number, call: () => void): void;
  show(row: MessageRow): void;
  gone(id: MessageId): void;
  /** Something about the room itself was given up: it shows nowhere else. */
  dropped(): void;
  trouble(error: unknown): void;
}

/**
 * Messages on their way out, in the order written, kept until they come back in the log. Sending the outbox again is
 * the whole of retrying: the relay knows a repeated id.
 */
export class Outbox {
  readonly #vault: Vault;
  readonly #way: Way;
  readonly #entries = new Map<MessageId, OutboxEntry>();
  readonly #writing = new Serial();
  #closed = false;
  #sending = false;
  /** Something became possible while sending. */
  #wanted = false;
  #minor = 0;
  /** The epoch that the relay has left, while the next one's key has not come. */
  #stale: Epoch | null = null;
  /** The relay asked for some quiet. */
  #resting = false;

  constructor(vault: Vault, way: Way) {
    this.#vault = vault;
    this.#way = way;
  }

  async load(): Promise<void> {
    const { room } = this.#way;
    const kept = await this.#vault.range('outbox', {
      from: `${room}/`,
      to: `${room}/~`,
      limit: 10_000,
      newestFirst: false,
    });
    for (const value of kept) {
      const entry = entryShape.fromWire(value);
      this.#entries.set(entry.id, entry);
      this.#minor = Math.max(this.#minor, entry.minor);
    }
  }

  get rows(): MessageRow[] {
    return [...this.#entries.values()].flatMap((entry) => this.#row(entry) ?? []);
  }

  /** Shown at once; on disk before this resolves. */
  async add(messageId: MessageId, words: Pending): Promise<void> {
    this.#minor += 1;
    const entry = {
      id: messageId,
      minor: this.#minor,
      at: this.#way.now(),
      words,
      sealed: null,
      failure: null,
    };
    this.#entries.set(messageId, entry);
    this.#show(entry);
    await this.#keep(entry);
    this.flush();
  }

  has(messageId: MessageId): boolean {
    return this.#entries.has(messageId);
  }

  /** The message that waits for its files; null when none does. */
  held(messageId: MessageId): HeldWords | null {
    const words = this.#entries.get(messageId)?.words;
    return words?.type === 'held' ? words : null;
  }

  /** A held message waits for less, or for nothing any more and is sent; or, for null, is dropped. */
  async amend(messageId: MessageId, words: HeldWords | SentWords | null): Promise<void> {
    const entry = this.#entries.get(messageId);
    if (entry?.words.type !== 'held') return;
    if (words === null) {
      this.#way.gone(messageId);
      await this.#vault.commit(this.logged([messageId]));
      return;
    }
    await this.#change(entry, { words });
    this.flush();
  }

  async retry(messageId: MessageId): Promise<void> {
    const entry = this.#entries.get(messageId);
    if (entry === undefined || entry.failure === null) return;
    await this.#change(entry, { failure: null });
    this.flush();
  }

  /** Whether there was a failed message to drop. */
  async discard(messageId: MessageId): Promise<boolean> {
    if (!this.#entries.get(messageId)?.failure) return false;
    this.#way.gone(messageId);
    await this.#vault.commit(this.logged([messageId]));
    return true;
  }

  /** Messages that the log has: to be dropped in the same commit that keeps their rows. */
  logged(ids: readonly string[]): VaultChange[] {
    return ids.flatMap((messageId) => {
      const entry = this.#entries.get(messageId as MessageId);
      if (entry === undefined) return [];
      this.#entries.delete(entry.id);
      return [{ drop: 'outbox' as const, key: this.#key(entry) }];
    });
  }

  /** Drops everything, for a conversation that is given up. */
  async forget(): Promise<void> {
    await this.#vault.commit(this.logged([...this.#entries.keys()]));
  }

  /** Sends nothing more, and resolves when it will not touch the vault any more: whoever signs out leaves no half-sent message behind. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing.run(async () => {});
  }

  /** Gives up what waits: whoever wrote it may send it again, or discard it. */
  async fail(failure: Failure): Promise<void> {
    const waiting = [...this.#entries.values()].filter(
      (one) => one.failure === null && one.seq === undefined,
    );
    for (const entry of waiting) await this.#change(entry, { failure: this.#words(failure) });
  }

  /** Sends what waits, one after another; called whenever something may have become possible. */
  flush(): void {
    this.#wanted = true;
    if (this.#sending || this.#closed) return;
    this.#sending = true;
    this.#wanted = false;
    this.#sendAll()
      .catch((error: unknown) => {
        if (!(error instanceof Disconnected)) this.#way.trouble(error);
      })
      .finally(() => {
        this.#sending = false;
        if (this.#wanted) this.flush();
      });
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const next = [...this.#entries.values()].find(
        ({ failure, seq, words }) => failure === null && seq === undefined && words.type !== 'held',
      );
      const key = this.#way.key();
      if (next === undefined || key === null || key.epoch === this.#stale) return;
      if (this.#resting || this.#closed) return;
      if (!(await this.#send(next))) return;
    }
  }

  /** False when the rest must wait too. */
  async #send(entry: OutboxEntry): Promise<boolean> {
    try {
      const { words } = entry;
      if (words.type === 'held') return true;
      if (!this.#way.allows(words)) {
        await this.#vault.commit(this.logged([entry.id]));
        this.#way.dropped();
        return true;
      }
      const sealed = entry.sealed ?? (await this.#seal(entry, words));
      if (sealed === null) return false;
      const blobs = words.type === 'files' ? words.files.map(({ blob }) => blob) : [];
      const { seq, at } = await this.#way.append(sealed.epoch, entry.id, sealed.frame, blobs);
      this.#stale = null;
      const present = this.#entries.get(entry.id);
      if (present !== undefined) {
        present.seq = seq;
        present.at = at;
        this.#show(present);
      }
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return this.#refused(entry, error);
    }
  }

  async #refused(entry: OutboxEntry, error: RequestError): Promise<boolean> {
    switch (error.code) {
      case 'stale_epoch': {
        // Not in the log, so it may be sealed anew; the key of the new epoch may be on its way.
        this.#stale = entry.sealed?.epoch ?? null;
        await this.#change(entry, { sealed: null });
        return true;
      }
      case 'rate_limited':
        this.#resting = true;
        this.#way.after(error.retryAfter ?? 1_000, () => {
          this.#resting = false;
          this.flush();
        });
        return false;
      case 'not_a_member':
        this.#way.rejoin();
        return false;
      case 'no_such_blob':
        await this.#change(entry, { failure: fileGone });
        return true;
      default:
        await this.#change(entry, { failure: this.#words(failureOf(error)) });
        return true;
    }
  }

  #words({ code, message }: Failure): { code: string; message: string } {
    return { code, message };
  }

  async #seal(entry: OutboxEntry, words: Words): Promise<{ epoch: Epoch; frame: Bytes } | null> {
    const current = this.#way.key();
    if (current === null) return null;
    const { room, device, keys } = this.#way;
    const body = { ...words, at: entry.at, seen: this.#way.seen() };
    const frame = await sealMessage({ room, ...current, keys, device, id: entry.id, body });
    const sealed = { epoch: current.epoch, frame };
    await this.#change(entry, { sealed });
    return sealed;
  }

  async #change(entry: OutboxEntry, change: Partial<OutboxEntry>): Promise<void> {
    if (!this.#entries.has(entry.id)) return;
    Object.assign(entry, change);
    if ('failure' in change || 'words' in change) this.#show(entry);
    await this.#keep(entry);
  }

  async #keep(entry: OutboxEntry): Promise<void> {
    const change = { put: 'outbox', key: this.#key(entry), value: entryShape.toWire(entry) } as const;
    await this.#writing.run(async () => {
      if (!this.#closed) await this.#vault.commit([change]);
    });
  }

  #key({ minor }: OutboxEntry): string {
    return `${this.#way.room}/${String(minor).padStart(16, '0')}`;
  }

  #show(entry: OutboxEntry): void {
    const row = this.#row(entry);
    if (row !== null) this.#way.show(row);
  }

  /** Null for what is about the room itself: it shows once it stands in the log. */
  #row(entry: OutboxEntry): MessageRow | null {
    const { words } = entry;
    if (words.type === 'title' || words.type === 'link') return null;
    const { device, nickname } = this.#way;
    return {
      kind: 'message',
      id: entry.id,
      position: entry.seq === undefined ? [PENDING_SEQ, entry.minor] : [entry.seq, 0],
      at: entry.at,
      author: { identity: device.identity, device: device.id, nickname },
      mine: true,
      text: words.text,
      files:
        words.type === 'text'
          ? []
          : words.files.map((file) => fileView(file, this.#way.transfer(entry.id, file.blob))),
      delivery: stateOf(entry),
    };
  }
}

function stateOf({ failure, seq }: OutboxEntry): DeliveryState {
  if (failure !== null) return { status: 'failed', failure };
  return { status: seq === undefined ? 'pending' : 'sent' };
}
