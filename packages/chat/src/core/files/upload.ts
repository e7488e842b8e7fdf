import { sealedSize } from '@aurora/crypto/files';
import type { RoomId } from '@aurora/protocol';
import type { Courier } from '../../ports/courier.ts';
import type { Depot } from '../../ports/depot.ts';
import type { Connection } from '../connection.ts';
import { ChatError } from '../failures.ts';
import { unread } from './failures.ts';
import { pays } from './packing.ts';
import { sliceOf } from './parts.ts';
import type { Outgoing } from './records.ts';
import { sealFile } from './sealed-file.ts';
import type { Task, TaskWay } from './transfer.ts';

/** What a transfer needs of its surroundings. */
export interface FilePorts {
  readonly depot: Depot;
  readonly courier: Courier;
  readonly connection: Pick<Connection, 'call'>;
}

/** Of one's own file, so many bytes are kept after it was sent, to be shown and heard. */
const KEEP = 16 * 1024 * 1024;
export const isKept = ({ head }: Outgoing): boolean => head.size <= KEEP;

export interface UploadEvents {
  /** So many bytes were read and sealed, and it is not moving yet. */
  preparing(done: number): void;
  /** It was read to its end: from now on it can go on after a reload. */
  sealed(record: Outgoing): Promise<void>;
}

/** Reads, seals and uploads one file. Where the sealed size is known from the start, it moves while it is still read. */
export class Upload implements Task {
  readonly way = 'up';
  readonly total: number;
  readonly #room: RoomId;
  readonly #ports: FilePorts;
  readonly #events: UploadEvents;
  readonly #ending = new AbortController();
  readonly #file: string;
  #record: Outgoing;
  #content: Blob | null;
  /** Reading goes on whatever becomes of the line, and is never begun again. */
  #reading: Promise<void> | null = null;
  #packs: Promise<boolean> | null = null;
  #failed = false;
  #parts = 0;
  #more = Promise.withResolvers<void>();

  constructor(
    place: { room: RoomId; file: string },
    record: Outgoing,
    content: Blob | null,
    ports: FilePorts,
    events: UploadEvents,
  ) {
    this.#room = place.room;
    this.#record = record;
    this.#content = content;
    this.#ports = ports;
    this.#events = events;
    this.total = record.head.size;
    this.#file = place.file;
  }

  /** Stops reading for good; resolves when nothing more will be put into the depot. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#reading?.catch(() => undefined);
  }

  /** Reads and seals it, whether there is a line or not; once, however often it is asked for. */
  begin(): Promise<void> {
    const content = this.#content;
    if (content === null) return Promise.resolve();
    this.#packs ??= pays(content);
    this.#reading ??= this.#packs.then((packs) => this.#read(content, packs));
    // Whoever runs hears of what goes wrong; while nobody does, it is kept for whoever will.
    this.#reading.catch(() => undefined);
    return this.#reading;
  }

  async run(way: TaskWay): Promise<void> {
    if (this.#record.hash === null) {
      if (this.#content === null) throw new ChatError(unread);
      const reading = this.begin();
      if (await this.#packs) await reading;
    }
    await this.#upload(sealedSize(this.#record.packed ?? this.total), way);
    await this.#reading;
  }

  async #upload(size: number, { signal, progress }: TaskWay): Promise<void> {
    const { connection, courier } = this.#ports;
    const { blob } = this.#record.head;
    const { ticket, offset } = await connection.call('open_upload', { room: this.#room, blob, size });
    if (offset === size) return;
    const tell = (sent: number) => progress(Math.floor((sent / size) * this.total));
    tell(offset);
    const slice = async (from: number, to: number) => {
      const bytes = await sliceOf((part) => this.#part(part), from, to);
      // There is less of it than was said: why is known once reading has ended.
      if (bytes.size < to - from) await this.#reading;
      return bytes;
    };
    await courier.upload({ blob, ticket, size, signal, slice, progress: tell });
  }

  async #read(content: Blob, packs: boolean): Promise<void> {
    try {
      const read = await sealFile({
        content,
        packs,
        key: this.#record,
        signal: this.#ending.signal,
        progress: (done) => {
          if (packs) this.#events.preparing(done);
        },
        put: async (part, sealed) => {
          await this.#ports.depot.put(this.#file, part, sealed);
          this.#parts = part + 1;
          this.#told();
        },
      });
      this.#record = { ...this.#record, ...read };
      this.#content = null;
      await this.#events.sealed(this.#record);
      this.#told();
    } catch (error) {
      this.#failed = true;
      this.#more.reject(error);
      // Whoever waits for a part is told; nobody else may be there to hear it.
      this.#more.promise.catch(() => undefined);
      throw error;
    }
  }

  #told(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  async #part(part: number): Promise<Blob> {
    // What was read before reading failed is of no use.
    if (this.#failed) await this.#reading;
    while (this.#reading !== null && this.#record.hash === null && this.#parts <= part)
      await this.#more.promise;
    const sealed = await this.#ports.depot.get(this.#file, part);
    if (sealed === undefined) throw new ChatError(unread);
    return sealed;
  }
}
