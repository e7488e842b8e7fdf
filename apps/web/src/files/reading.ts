import type { Failure, FilePlace } from '@aurora/chat/view';
import type { Bytes } from '@aurora/protocol';
import type { EngineClient } from '../engine/client.ts';

/** A held file being read from its beginning to its end. */
export interface Reading extends AsyncIterable<Bytes> {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** The next bytes; null after the last. */
  next(): Promise<Bytes | null>;
  close(): void;
}

const CHANGED: Failure = {
  code: 'file_gone',
  message: 'The file is not whole on this device any more. Download it again.',
};

/**
 * Begins to read. The engine ends a reader that nobody asks for a minute, as when a browser waits for its person to name a place,
 * and forgets all of them when it moves to another tab: then the file is opened again, and read up to where it stopped.
 */
export async function read(engine: EngineClient, place: FilePlace): Promise<Reading> {
  let opened = await engine.call('openFile', place);
  const { name, type, size } = opened;
  let at = 0;
  let healed = -1;

  const ask = async (): Promise<Bytes | null> =>
    (await engine.call('readFile', { reader: opened.reader })).bytes;
  const close = (): void => void engine.call('closeFile', { reader: opened.reader }).catch(() => undefined);

  async function reopen(): Promise<Bytes | null> {
    opened = await engine.call('openFile', place);
    if (opened.size !== size) throw CHANGED;
    for (let skipped = 0; ; ) {
      const bytes = await ask();
      if (bytes === null) {
        if (skipped === at) return null;
        throw CHANGED;
      }
      if (skipped + bytes.length > at) return bytes.slice(at - skipped);
      skipped += bytes.length;
    }
  }

  async function next(): Promise<Bytes | null> {
    const bytes = await ask().catch((failure) => {
      // Whatever goes wrong twice at one place will go wrong again.
      if (healed === at) throw failure;
      healed = at;
      return reopen();
    });
    at += bytes?.length ?? 0;
    return bytes;
  }

  return {
    name,
    type,
    size,
    next,
    close,
    async *[Symbol.asyncIterator]() {
      try {
        for (let bytes = await next(); bytes !== null; bytes = await next()) yield bytes;
      } finally {
        close();
      }
    },
  };
}
