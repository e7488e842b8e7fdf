import { HEAD_BYTES, hintOf, isShowable, type Kind, kindOf } from '@aurora/chat/kind';
import type { Failure, FilePlace } from '@aurora/chat/view';
import type { Bytes } from '@aurora/protocol';
import type { EngineClient } from '../engine/client.ts';
import { type Reading, read } from './reading.ts';
import { Shelf } from './shelf.ts';

export { hintOf };

/** A held file that an element can show or play. */
export interface Playable {
  readonly kind: Kind['kind'];
  readonly url: string;
  readonly width: number | null;
  readonly height: number | null;
  /** Whoever asked for it needs it no more. */
  release(): void;
}

/** What is played has to be in memory whole. */
const MOST = 64 * 1024 * 1024;
/** What is kept of what nobody shows now, so that scrolling back reads nothing again. */
const KEPT = 64 * 1024 * 1024;

const TOO_LARGE: Failure = {
  code: 'too_large_to_play',
  message: 'This file is too large to be played here. Save it, and open it on your device.',
};
const NOT_PLAYABLE: Failure = {
  code: 'not_playable',
  message: 'This file cannot be shown here. Save it, and open it on your device if you trust its sender.',
};

interface Held {
  readonly kind: Kind;
  readonly url: string;
  readonly size: number;
}

const shelf = new Shelf<Held>(KEPT, ({ url }) => URL.revokeObjectURL(url));

/** Rejects with a Failure for whatever is not a picture, a sound or a film by its first bytes. */
export async function playable(engine: EngineClient, place: FilePlace): Promise<Playable> {
  const key = [place.room, place.id, place.blob].join('/');
  const { value, release } = await shelf.take(key, async () => hold(await read(engine, place)));
  const { kind, width, height } = value.kind;
  return { kind, url: value.url, width, height, release };
}

async function hold(reading: Reading): Promise<Held> {
  if (reading.size > MOST) {
    reading.close();
    throw TOO_LARGE;
  }
  const chunks: Bytes[] = [];
  let kind: Kind | null = null;
  let size = 0;
  for await (const bytes of reading) {
    chunks.push(bytes);
    size += bytes.length;
    // What is refused is not read to its end.
    if (kind === null && (size >= HEAD_BYTES || size >= reading.size)) kind = await kindOfAll(chunks);
  }
  kind ??= await kindOfAll(chunks);
  // The type is ours: under its sender's, a file could be a page with scripts if somebody opened its address.
  return { kind, url: URL.createObjectURL(new Blob(chunks, { type: kind.type })), size };
}

async function kindOfAll(chunks: Bytes[]): Promise<Kind> {
  const head = new Blob(chunks).slice(0, HEAD_BYTES);
  const kind = kindOf(new Uint8Array(await head.arrayBuffer()));
  if (kind === null || !isShowable(kind)) throw NOT_PLAYABLE;
  return kind;
}
