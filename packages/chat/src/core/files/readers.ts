import type { FileDescriptor } from '@aurora/crypto';
import { sealedSize } from '@aurora/crypto/files';
import type { Bytes } from '@aurora/protocol';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Depot } from '../../ports/depot.ts';
import { ChatError } from '../failures.ts';
import { partCount, readParts } from './parts.ts';
import { openFile } from './sealed-file.ts';

/** A reader that nobody asks for so long has been forgotten, in milliseconds. */
const IDLE = 60_000;
/** So many files are read at once. */
const MOST = 64;

interface Reading {
  readonly stream: ReadableStreamDefaultReader<Uint8Array>;
  readonly key: string;
  idle: Cancel;
}

const gone = () =>
  new ChatError({
    code: 'file_gone',
    message: 'This file is not on this device any more. Accept it again.',
  });

/** Files that are being read from the depot, piece by piece, as whoever reads asks for them. */
export class Readers {
  readonly #depot: Depot;
  readonly #clock: Clock;
  readonly #lost: (key: string) => void;
  readonly #open = new Map<number, Reading>();
  #next = 1;

  /** `lost` is told when the bytes of a file are not what was kept. */
  constructor(depot: Depot, clock: Clock, lost: (key: string) => void) {
    this.#depot = depot;
    this.#clock = clock;
    this.#lost = lost;
  }

  async open(key: string, file: FileDescriptor): Promise<number> {
    if (this.#open.size >= MOST)
      throw new ChatError({ code: 'busy', message: 'Too many files are open at once.' });
    const parts = partCount(sealedSize(file.packed ?? file.size));
    const stream = (await openFile(readParts(this.#depot, key, parts), file)).getReader();
    const reader = this.#next;
    this.#next += 1;
    this.#open.set(reader, { stream, key, idle: this.#closeLater(reader) });
    return reader;
  }

  /** Null after the last. Throws `file_gone` for a reader that ended. */
  async read(reader: number): Promise<Bytes | null> {
    const reading = this.#open.get(reader);
    if (reading === undefined) throw gone();
    reading.idle();
    try {
      const { done, value } = await reading.stream.read();
      if (done) {
        this.close(reader);
        return null;
      }
      reading.idle = this.#closeLater(reader);
      return new Uint8Array(value);
    } catch {
      this.close(reader);
      this.#lost(reading.key);
      throw gone();
    }
  }

  close(reader: number): void {
    const reading = this.#open.get(reader);
    if (reading === undefined) return;
    this.#open.delete(reader);
    reading.idle();
    reading.stream.cancel().catch(() => undefined);
  }

  #closeLater(reader: number): Cancel {
    return this.#clock.after(IDLE, () => this.close(reader));
  }
}
