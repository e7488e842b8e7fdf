import type { Depot, FilePlace, FileView, FileWays, MessageRow, OutgoingFile } from '@aurora/chat';
import { CourierError, memoryDepot, tusCourier } from '@aurora/chat';
import { type BlobId, LOUNGE, type RoomId } from '@aurora/protocol';
import { fetchStack } from './fetch-stack.ts';
import type { Headless } from './headless.ts';
import type { RelayProcess } from './relay.ts';
import { until } from './until.ts';

/** Holds files up on their way, so that something can happen to them there. */
export interface Gate {
  /** No byte from here on moves, either way, until `open`. */
  close(at: number): void;
  open(): void;
  /** Each download breaks off after so many bytes more; 0 lets them be. */
  breakAfter(bytes: number): void;
  /** Waits until something has been held up. */
  reached(): Promise<void>;
}

type Ways = FileWays & { readonly gate: Gate };

/** Ways for files to a relay, from a device without a page. */
export function fileWays(
  relay: Pick<RelayProcess, 'url' | 'origin'>,
  depot: Depot = memoryDepot(2 ** 32),
): Ways {
  const courier = tusCourier({ url: `${relay.url}/files`, httpStack: fetchStack(relay.origin) });
  let closed: { at: number; opened: PromiseWithResolvers<void>; held: boolean } | null = null;
  let most = Number.POSITIVE_INFINITY;
  const pass = async (at: number): Promise<void> => {
    if (closed === null || at < closed.at) return;
    closed.held = true;
    await closed.opened.promise;
  };
  const gate: Gate = {
    close(at) {
      closed = { at, opened: Promise.withResolvers(), held: false };
    },
    open() {
      closed?.opened.resolve();
      closed = null;
    },
    breakAfter(bytes) {
      most = bytes === 0 ? Number.POSITIVE_INFINITY : bytes;
    },
    async reached() {
      await until('a file is held up', () => closed?.held === true);
    },
  };
  return {
    depot,
    gate,
    courier: async () => ({
      upload: (errand) =>
        courier.upload({
          ...errand,
          async slice(from, to) {
            await pass(from);
            return errand.slice(from, to);
          },
        }),
      async download(errand) {
        let at = errand.from;
        const end = at + most;
        const counted = new TransformStream<Uint8Array, Uint8Array>({
          async transform(bytes, controller) {
            await pass(at);
            at += bytes.length;
            if (at > end) throw new CourierError('network');
            controller.enqueue(bytes);
          },
        });
        return (await courier.download(errand)).pipeThrough(counted);
      },
    }),
  };
}

export function outgoing(content: Uint8Array<ArrayBuffer>, name: string, type = ''): OutgoingFile {
  return { content: new Blob([content]), name, type, preview: null, duration: null, voice: false };
}

export interface Shown {
  readonly place: FilePlace;
  readonly file: FileView;
}

/** The files of all messages, as they stand now. */
export async function filesOf({ client }: Headless, room: RoomId = LOUNGE): Promise<Shown[]> {
  const { rows } = await client.room(room).page('latest', [0, 0], 200);
  return rows
    .filter((row): row is MessageRow => row.kind === 'message')
    .flatMap(({ id, position, files }) =>
      files.map((file) => ({ place: { room, id, position, blob: file.blob }, file })),
    );
}

/** The file of this name, once it is shown. */
export async function fileNamed(somebody: Headless, name: string, room: RoomId = LOUNGE): Promise<Shown> {
  return until(`${name} is shown`, async () =>
    (await filesOf(somebody, room)).find(({ file }) => file.name === name),
  );
}

/** Waits until a file stands so, and gives it. */
export async function standing(
  somebody: Headless,
  blob: BlobId,
  status: FileView['transfer']['status'],
  room: RoomId = LOUNGE,
): Promise<Shown> {
  return until(
    `the file is ${status}`,
    async () =>
      (await filesOf(somebody, room)).find(
        ({ file }) => file.blob === blob && file.transfer.status === status,
      ),
    60_000,
  );
}

/** All bytes of a held file. */
export async function bytesOf({ client }: Headless, place: FilePlace): Promise<Buffer> {
  const files = await client.files();
  const { reader } = await files.open(place);
  const parts: Uint8Array[] = [];
  for (let bytes = await files.read(reader); bytes !== null; bytes = await files.read(reader))
    parts.push(bytes);
  return Buffer.concat(parts);
}

/** Accepts a file and gives all its bytes. */
export async function fetched(somebody: Headless, name: string, room: RoomId = LOUNGE): Promise<Buffer> {
  const { place, file } = await fileNamed(somebody, name, room);
  await somebody.client.acceptFile(place);
  await standing(somebody, file.blob, 'held', room);
  return bytesOf(somebody, place);
}

/** Bytes that repeat nowhere near. */
export function filled(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let word = seed;
  for (let at = 0; at < words.length; at += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = word;
  }
  return new Uint8Array(words.buffer).slice(0, size);
}
