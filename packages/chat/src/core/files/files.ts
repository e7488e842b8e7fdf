import type { FileDescriptor } from '@aurora/crypto';
import { createFileKey, sealedSize } from '@aurora/crypto/files';
import { type Bytes, limits, type MessageId, type RoomId, toHex } from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Vault, VaultChange } from '../../ports/vault.ts';
import type { OutgoingFile } from '../../view/contract.ts';
import { ChatError } from '../failures.ts';
import { Serial } from '../serial.ts';
import { type Board, type FileName, keyOf } from './board.ts';
import { Download } from './download.ts';
import { differs } from './failures.ts';
import type { HeldWords, SentWords } from './held-words.ts';
import { cleanName } from './name.ts';
import { Readers } from './readers.ts';
import { type InRecord, loadRecords, nameOf, type Outgoing, type OutRecord, putRecord } from './records.ts';
import { isBloated } from './sealed-file.ts';
import { Transfer } from './transfer.ts';
import { type FilePorts, isKept, Upload } from './upload.ts';

/** Files that move at once, each way. */
const AT_ONCE = 2;
/** Sealed bytes of held files together; beyond, those held longest go, but for the latest. */
const KEEP_HELD = 512 * 1024 * 1024;
const TELL = 250;

export interface FilesPorts extends FilePorts {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly board: Board;
}

/** The messages that wait for their files. */
export interface HeldMessages {
  /** Null when it does not wait for files any more. */
  find(room: RoomId, id: MessageId): HeldWords | null;
  /** Whether it is not in the log yet. */
  waits(room: RoomId, id: MessageId): boolean;
  /** Sends it, with what its files have become; or goes on waiting with fewer; or, for null, drops it. */
  amend(room: RoomId, id: MessageId, words: HeldWords | SentWords | null): Promise<void>;
  trouble(error: unknown): void;
}

interface Out {
  record: OutRecord;
  readonly upload: Upload;
  readonly transfer: Transfer;
}

interface In {
  record: InRecord;
  /** Null for one that is held or rejected. */
  readonly transfer: Transfer | null;
}

/** All files that this device sends, fetches and holds. */
export class Files {
  readonly #ports: FilesPorts;
  readonly #messages: HeldMessages;
  readonly #readers: Readers;
  readonly #outs = new Map<string, Out>();
  readonly #ins = new Map<string, In>();
  readonly #readings = new Serial();
  /** What is asked for one file after the other, so that nothing comes in between. */
  readonly #turns = new Serial();
  /** Rooms whose relay counts this device in just now. */
  readonly #joined = new Set<RoomId>();

  constructor(ports: FilesPorts, messages: HeldMessages) {
    this.#ports = ports;
    this.#messages = messages;
    this.#readers = new Readers(ports.depot, ports.clock, (key) => this.#run(() => this.#lost(key)));
  }

  /** Goes on with what the vault kept; nothing moves before `joined`. */
  async load(): Promise<void> {
    for (const record of await loadRecords(this.#ports.vault)) {
      if (record.type === 'in') this.#holdIn(record);
      else if (this.#messages.waits(record.room, record.id as MessageId)) this.#holdOut(record, null);
      else await this.#forget(nameOf(record));
    }
    for (const file of await this.#ports.depot.files())
      if (!this.#outs.has(file) && !this.#ins.has(file)) await this.#ports.depot.drop(file);
  }

  /** Begins to read, seal and upload. Whoever asks holds the message once this resolves, and then says `release`. */
  async prepare(room: RoomId, id: MessageId, files: readonly OutgoingFile[]): Promise<HeldWords['files']> {
    const { depot, random, vault } = this.#ports;
    for (const { content } of files) if (sealedSize(content.size) > depot.most) throw tooLargeHere();
    const made = files.map(({ content, name, type, preview, duration, voice }) => {
      const blob = toHex(random.bytes(16)) as FileDescriptor['blob'];
      const head = {
        blob,
        name: cleanName(name),
        type: type.slice(0, limits.mediaType),
        size: content.size,
        preview,
        duration,
        voice,
      };
      const file: Outgoing = { head, ...createFileKey(), hash: null, packed: null };
      return {
        content,
        record: { type: 'out', room, id, file, paused: false, done: 0, there: false } as const,
      };
    });
    await vault.commit(made.map(({ record }) => putRecord(record)));
    for (const { content, record } of made) {
      const upload = this.#holdOut(record, content);
      // One after the other, and without waiting for the line: what was read goes on after a reload.
      this.#readings.run(() => upload.begin()).catch(() => undefined);
    }
    return made.map(({ record }) => record.file.head);
  }

  /** Fetches a file, unless it is here or on its way. Throws ChatError for one that is too large for this device, or bloated. */
  accept(name: FileName, file: FileDescriptor): Promise<void> {
    return this.#turns.run(async () => {
      const key = keyOf(name);
      if (this.#outs.has(key)) return;
      const known = this.#ins.get(key);
      const status = known?.transfer?.status;
      if (known?.record.state === 'held' || (status !== undefined && status !== 'failed')) return;
      if (isBloated(file)) throw differs();
      if (sealedSize(file.packed ?? file.size) > this.#ports.depot.most) throw tooLargeHere();
      await known?.transfer?.end();
      const record = this.#recordOf(name, file, 'wanted', known?.record.parts ?? 0);
      await this.#keep(record);
      this.#holdIn(record);
      this.#turn();
    });
  }

  reject(name: FileName, file: FileDescriptor, rejected: boolean): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#outs.has(keyOf(name))) return;
      await this.#forget(name);
      if (!rejected) return this.#ports.board.set(name, { status: 'offered' });
      const record = this.#recordOf(name, file, 'rejected', 0);
      await this.#keep(record);
      this.#holdIn(record);
    });
  }

  steer(name: FileName, to: 'pause' | 'resume' | 'cancel'): Promise<void> {
    return this.#turns.run(async () => {
      const out = this.#outs.get(keyOf(name));
      const into = this.#ins.get(keyOf(name));
      if (to === 'cancel') {
        if (out !== undefined) return this.#giveUp(out);
        await this.#forget(name);
        return this.#ports.board.set(name, { status: 'offered' });
      }
      const paused = to === 'pause';
      if (paused) (out ?? into)?.transfer?.pause();
      else (out ?? into)?.transfer?.resume();
      if (out !== undefined) {
        out.record = { ...out.record, paused, done: out.transfer.done };
        await this.#keep(out.record);
      } else if (into !== undefined && into.transfer !== null) {
        into.record = { ...into.record, state: paused ? 'paused' : 'wanted' };
        await this.#keep(into.record);
      }
    });
  }

  /** Begins to read a held file. Throws `file_gone`. */
  async open(name: FileName): Promise<{ reader: number; name: string; type: string; size: number }> {
    const key = keyOf(name);
    const out = this.#outs.get(key);
    const into = this.#ins.get(key);
    const file = out !== undefined ? descriptorOf(out.record.file) : (into?.record.file ?? null);
    if (file === null || (into !== undefined && into.record.state !== 'held')) throw gone();
    const reader = await this.#readers.open(key, file);
    return { reader, name: cleanName(file.name), type: file.type, size: file.size };
  }

  read(reader: number): Promise<Bytes | null> {
    return this.#readers.read(reader);
  }

  close(reader: number): void {
    this.#readers.close(reader);
  }

  /** This device is in a room now: its files may move. */
  joined(room: RoomId): void {
    this.#joined.add(room);
    for (const one of this.#all()) if (one.record.room === room) one.transfer?.wake();
    this.#turn();
  }

  /** The line broke. */
  lost(): void {
    this.#joined.clear();
    for (const { transfer } of this.#all()) transfer?.lost();
  }

  /** A message stands in the log: of its files those that are small stay here, to be shown. */
  sent(room: RoomId, id: string): Promise<void> {
    return this.#turns.run(async () => {
      for (const out of this.#outsOf(room, id)) {
        const name = nameOf(out.record);
        const file = descriptorOf(out.record.file);
        if (file === null || !isKept(out.record.file)) {
          await this.#forget(name);
          this.#ports.board.set(name, { status: 'offered' });
          continue;
        }
        await out.transfer.end();
        this.#outs.delete(keyOf(name));
        await this.#hold(this.#recordOf(name, file, 'held', 0));
      }
    });
  }

  /** A message was given up: so are its files. */
  dropped(room: RoomId, id: string): Promise<void> {
    return this.#turns.run(async () => {
      for (const out of this.#outsOf(room, id)) await this.#takeBack(out);
    });
  }

  /** Forgets all files of a room. */
  forgetRoom(room: RoomId): Promise<void> {
    return this.#turns.run(async () => {
      for (const { record } of [...this.#all()]) if (record.room === room) await this.#forget(nameOf(record));
    });
  }

  /** Stops everything, and touches neither vault nor depot any more. */
  stop(): Promise<void> {
    return this.#turns.run(async () => {
      const all = [...this.#all()];
      this.#outs.clear();
      this.#ins.clear();
      await Promise.all(all.map((one) => endOf(one)));
    });
  }

  *#all(): Generator<Out | In> {
    yield* this.#outs.values();
    yield* this.#ins.values();
  }

  #holdOut(record: OutRecord, content: Blob | null): Upload {
    const { clock, board } = this.#ports;
    const name = nameOf(record);
    const key = keyOf(name);
    let told = 0;
    const upload = new Upload({ room: record.room, file: key }, record.file, content, this.#ports, {
      preparing: (done) => {
        if (clock.now() - told < TELL || out.transfer.status !== 'running') return;
        told = clock.now();
        board.set(name, { status: 'preparing', done, total: record.file.head.size });
      },
      sealed: async (file) => {
        if (this.#outs.get(key) !== out) return;
        out.record = { ...out.record, file };
        await this.#keep(out.record);
      },
    });
    const transfer = new Transfer(
      upload,
      clock,
      {
        changed: () => {
          const { view } = transfer;
          board.set(name, view);
          // A file that will not go is not read to its end.
          if (view.status === 'failed' && !view.again) this.#run(() => upload.end());
        },
        turn: () => this.#turn(),
        done: () => this.#run(() => this.#uploaded(out)),
      },
      { state: record.paused ? 'paused' : 'queued', done: record.done },
    );
    const out: Out = { record, upload, transfer };
    this.#outs.set(key, out);
    board.set(name, transfer.view);
    this.#turn();
    return upload;
  }

  #holdIn(record: InRecord): void {
    const { clock, board } = this.#ports;
    const name = nameOf(record);
    const key = keyOf(name);
    if (record.state === 'held' || record.state === 'rejected') {
      this.#ins.set(key, { record, transfer: null });
      board.set(name, { status: record.state });
      return;
    }
    const download = new Download(
      { room: record.room, file: key, parts: record.parts },
      record.file,
      this.#ports,
      {
        kept: async (parts) => {
          if (this.#ins.get(key) !== into) return;
          into.record = { ...into.record, parts };
          await this.#keep(into.record);
        },
      },
    );
    const transfer = new Transfer(
      download,
      clock,
      {
        changed: () => {
          if (transfer.status === 'done') return;
          board.set(name, transfer.view);
          // What failed is not tried anew by itself at the next start.
          if (transfer.status === 'failed') this.#run(() => this.#drop(name));
        },
        turn: () => this.#turn(),
        done: () =>
          this.#run(async () => {
            if (this.#ins.get(key) === into)
              await this.#hold({ ...into.record, state: 'held', at: clock.now() });
          }),
      },
      { state: record.state === 'paused' ? 'paused' : 'queued', done: download.done },
    );
    const into: In = { record, transfer };
    this.#ins.set(key, into);
    board.set(name, transfer.view);
  }

  /** Those whose turn it is begin, in the order in which they came. */
  #turn(): void {
    for (const all of [this.#outs, this.#ins]) {
      const transfers = [...all.values()].flatMap(({ record, transfer }) =>
        transfer !== null && this.#joined.has(record.room) ? [transfer] : [],
      );
      const running = transfers.filter(({ status }) => status === 'running').length;
      const next = transfers.filter(({ status }) => status === 'queued');
      for (const transfer of next.slice(0, Math.max(0, AT_ONCE - running))) transfer.start();
    }
  }

  /** Kept as proven; what was held longest goes if it becomes too much. */
  async #hold(record: InRecord): Promise<void> {
    await this.#keep(record);
    this.#holdIn(record);
    const sizeOf = ({ file }: InRecord) => sealedSize(file.packed ?? file.size);
    const held = [...this.#ins.values()].map((one) => one.record).filter(({ state }) => state === 'held');
    held.sort((a, b) => b.at - a.at);
    let sum = 0;
    for (const [place, one] of held.entries()) {
      sum += sizeOf(one);
      if (place === 0 || sum <= KEEP_HELD) continue;
      await this.#forget(nameOf(one));
      this.#ports.board.set(nameOf(one), { status: 'offered' });
    }
  }

  async #uploaded(out: Out): Promise<void> {
    const { room, id } = out.record;
    if (this.#outs.get(keyOf(nameOf(out.record))) !== out) return;
    out.record = { ...out.record, there: true };
    await this.#keep(out.record);
    await this.release(room, id as MessageId);
  }

  /** The bytes of a held file are gone, or not what they were. */
  async #lost(key: string): Promise<void> {
    const into = this.#ins.get(key);
    if (into?.record.state !== 'held') return;
    const name = nameOf(into.record);
    await this.#forget(name);
    this.#ports.board.set(name, { status: 'offered' });
  }

  /** Sends a message if all its files are at the relay. */
  async release(room: RoomId, id: MessageId): Promise<void> {
    const words = this.#messages.find(room, id);
    if (words === null) return;
    const files = words.files.flatMap(({ blob }) => {
      const out = this.#outs.get(keyOf({ room, id, blob }));
      const file = out?.record.there ? descriptorOf(out.record.file) : null;
      return file ?? [];
    });
    if (files.length === words.files.length)
      await this.#messages.amend(room, id, { type: 'files', text: words.text, files });
  }

  /** The message goes without it; one that has nothing else goes not at all, and one that is on its way already goes whole. */
  async #giveUp(out: Out): Promise<void> {
    const { room, id, file } = out.record;
    const words = this.#messages.find(room, id as MessageId);
    if (words === null) return;
    const files = words.files.filter(({ blob }) => blob !== file.head.blob);
    await this.#messages.amend(room, id as MessageId, files.length === 0 ? null : { ...words, files });
    await this.#takeBack(out);
    await this.release(room, id as MessageId);
  }

  async #takeBack(out: Out): Promise<void> {
    await this.#forget(nameOf(out.record));
    // The relay would let go of it in a day; until then it counts against the quota.
    this.#ports.connection.call('drop_blob', { blob: out.record.file.head.blob }).catch(() => undefined);
  }

  #outsOf(room: RoomId, id: string): Out[] {
    return [...this.#outs.values()].filter(({ record }) => record.room === room && record.id === id);
  }

  #recordOf({ room, id }: FileName, file: FileDescriptor, state: InRecord['state'], parts: number): InRecord {
    return { type: 'in', room, id, file, parts, state, at: this.#ports.clock.now() };
  }

  /** Ends what it does first, so that nothing of it comes after. */
  async #forget(name: FileName): Promise<void> {
    const key = keyOf(name);
    const known = this.#outs.get(key) ?? this.#ins.get(key);
    this.#outs.delete(key);
    this.#ins.delete(key);
    if (known !== undefined) await endOf(known);
    await this.#drop(name);
    await this.#ports.depot.drop(key);
  }

  async #drop(name: FileName): Promise<void> {
    await this.#ports.vault.commit([{ drop: 'transfers', key: keyOf(name) }]);
  }

  async #keep(record: OutRecord | InRecord): Promise<void> {
    const change: VaultChange = putRecord(record);
    await this.#ports.vault.commit([change]);
  }

  #run(work: () => Promise<void>): void {
    this.#turns.run(work).catch((error: unknown) => this.#messages.trouble(error));
  }
}

/** Stops what is done with a file; resolves when nothing of it is under way. */
async function endOf(one: Out | In): Promise<void> {
  await Promise.all([one.transfer?.end(), 'upload' in one ? one.upload.end() : undefined]);
}

/** Null for what was not read to its end. */
function descriptorOf({ head, key, prefix, hash, packed }: Outgoing): FileDescriptor | null {
  return hash === null ? null : { ...head, key, prefix, hash, packed };
}

const gone = () =>
  new ChatError({ code: 'file_gone', message: 'This file is not on this device. Accept it first.' });

const tooLargeHere = () =>
  new ChatError({
    code: 'too_large_here',
    message:
      'This browser keeps nothing for Aurora, as in a private window, so files may have 64 MB at most. Use an ordinary window for larger ones.',
  });
