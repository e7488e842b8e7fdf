import type { FilePlace, FromEngine, FromPage } from '@aurora/chat/view';
import type { BlobId, Bytes, RoomId } from '@aurora/protocol';
import { connectEngine, type EngineClient } from '../src/engine/client.ts';
import type { EnginePort } from '../src/engine/port.ts';

export interface HeldFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Null after the last. */
  chunk(index: number): Bytes | null;
}

export function fileOf(bytes: Uint8Array, type = '', name = 'file', chunk = 1024 * 1024): HeldFile {
  return {
    name,
    type,
    size: bytes.length,
    chunk: (index) =>
      index * chunk >= bytes.length ? null : bytes.slice(index * chunk, (index + 1) * chunk),
  };
}

let places = 0;

/** An engine that holds one file and can do nothing but give it. */
export function engineHolding(file: HeldFile): {
  engine: EngineClient;
  place: FilePlace;
  /** What it was asked, in order. */
  asked: string[];
  /** As when it moves to another tab: it knows no reader any more. */
  forget(): void;
} {
  const readers = new Map<number, number>();
  const asked: string[] = [];
  let opened = 0;

  function answer({ name, args }: Extract<FromPage, { type: 'intent' }>): unknown {
    asked.push(name);
    switch (name) {
      case 'openFile':
        readers.set(++opened, 0);
        return { reader: opened, name: file.name, type: file.type, size: file.size };
      case 'readFile': {
        const index = readers.get(args.reader);
        if (index === undefined) throw new Error('no such reader');
        readers.set(args.reader, index + 1);
        return { bytes: file.chunk(index) };
      }
      case 'closeFile':
        readers.delete(args.reader);
        return null;
      default:
        throw new Error(`no ${name} here`);
    }
  }

  const port: EnginePort = {
    onmessage: null,
    postMessage(message) {
      if (message.type !== 'intent') return;
      const tell = (data: FromEngine): void => port.onmessage?.(new MessageEvent('message', { data }));
      queueMicrotask(() => {
        const { call } = message;
        try {
          tell({ type: 'answer', call, answer: answer(message) });
        } catch (error) {
          tell({ type: 'refusal', call, failure: { code: 'file_gone', message: String(error) } });
        }
      });
    },
  };
  const place = {
    room: 'room' as RoomId,
    id: `row ${++places}`,
    position: [1, 0],
    blob: 'blob' as BlobId,
  } as const;
  return { engine: connectEngine(port), place, asked, forget: () => readers.clear() };
}
