import type { FileDescriptor } from '@aurora/crypto';
import { sealedSize } from '@aurora/crypto/files';
import type { RoomId } from '@aurora/protocol';
import { CourierError } from '../../ports/courier.ts';
import { differs } from './failures.ts';
import { values } from './packing.ts';
import { PART, Parts, readParts } from './parts.ts';
import { proveFile } from './sealed-file.ts';
import type { Task, TaskWay } from './transfer.ts';
import type { FilePorts } from './upload.ts';

export interface DownloadEvents {
  /** So many parts are in the depot. */
  kept(parts: number): Promise<void>;
}

/** Fetches one file into the depot, proving every chunk as it comes and the whole at the end. */
export class Download implements Task {
  readonly way = 'down';
  readonly total: number;
  readonly #room: RoomId;
  readonly #key: string;
  readonly #file: FileDescriptor;
  readonly #ports: FilePorts;
  readonly #events: DownloadEvents;
  #parts: Parts;

  constructor(
    place: { room: RoomId; file: string; parts: number },
    file: FileDescriptor,
    ports: FilePorts,
    events: DownloadEvents,
  ) {
    this.#room = place.room;
    this.#key = place.file;
    this.#file = file;
    this.#ports = ports;
    this.#events = events;
    this.total = file.size;
    this.#parts = this.#after(place.parts);
  }

  /** Bytes of the file that are here in whole parts. */
  get done(): number {
    const { packed, size } = this.#file;
    return Math.min(size, Math.floor((this.#parts.count * PART * size) / sealedSize(packed ?? size)));
  }

  async run(way: TaskWay): Promise<void> {
    const { depot } = this.#ports;
    try {
      await this.#fetch(way);
    } catch (error) {
      await this.#parts.settled();
      // What is wrong, or another's, is not gone on with: it is fetched anew, if at all.
      if (!way.signal.aborted && !isPassing(error)) {
        this.#parts = this.#after(0);
        await depot.drop(this.#key);
        await this.#events.kept(0);
      }
      throw error;
    }
  }

  async #fetch({ signal, progress }: TaskWay): Promise<void> {
    const { connection, courier, depot } = this.#ports;
    const file = this.#file;
    const { blob } = file;
    const { ticket, size } = await connection.call('open_download', { room: this.#room, blob });
    if (size !== sealedSize(file.packed ?? file.size)) throw differs();
    const parts = this.#parts;
    const { count, rest } = parts;
    const before = count * PART + rest.length;
    const tell = (sealed: number) => progress(Math.floor((sealed / size) * this.total));
    tell(Math.min(size, before));
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
      highWaterMark: 1,
    });
    const proof = proveFile(readable, file);
    // Heard below; without this, a proof that fails while nothing is awaited would be nobody's.
    proof.catch(() => undefined);
    const prover = writable.getWriter();
    try {
      for await (const sealed of values(readParts(depot, this.#key, count))) await prover.write(sealed);
      if (rest.length > 0) await prover.write(rest);
      let at = before;
      if (at < size) {
        const coming = await courier.download({ blob, ticket, from: at, signal });
        for await (const sealed of values(coming)) {
          signal.throwIfAborted();
          await prover.write(sealed);
          await parts.write(sealed);
          at += sealed.length;
          tell(at);
        }
        if (at < size) throw new CourierError('network');
        await parts.close();
      }
      await prover.close();
    } catch (error) {
      await prover.abort(error).catch(() => undefined);
      // What the proof says is why the writing failed.
      await proof;
      throw error;
    }
    await proof;
  }

  /** What comes after so many parts; while this device has the page, not a byte is fetched twice. */
  #after(count: number): Parts {
    return new Parts(count, async (part, sealed) => {
      await this.#ports.depot.put(this.#key, part, sealed);
      await this.#events.kept(part + 1);
    });
  }
}

/** Whether an error says nothing against what has come so far. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['CourierError', 'Disconnected', 'RequestError', 'AbortError'].includes(error.name)
  );
}
