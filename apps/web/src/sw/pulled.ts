import type { FromPage, FromSaver } from '../files/saver.ts';

/** A page answers within a moment, also when it has to read the file again up to here; one that does not is gone. */
const PATIENCE = 90_000;

/** The page's end of a save. */
export interface PagePort {
  postMessage(message: FromSaver): void;
  onmessage: ((event: MessageEvent<FromPage>) => void) | null;
  addEventListener(type: 'close', listener: () => void): void;
  close(): void;
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

/**
 * Bytes that a page hands over one chunk at a time, each only when the browser wants it: so a file of any size takes the memory
 * of a chunk. It fails when the page does, since a stream that merely ends would leave half a file that looks whole.
 */
export function pulled(port: PagePort, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream(new PageSource(port, size), { highWaterMark: 0 });
}

class PageSource implements UnderlyingDefaultSource<Uint8Array> {
  readonly #port: PagePort;
  #left: number;
  #over = false;
  #answered: () => void = () => {};

  constructor(port: PagePort, size: number) {
    this.#port = port;
    this.#left = size;
  }

  start(controller: Controller): void {
    this.#port.addEventListener('close', () => this.#fail(controller));
    this.#port.onmessage = ({ data }) => {
      if (!this.#over) this.#take(data, controller);
    };
  }

  pull(controller: Controller): Promise<void> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => this.#fail(controller), PATIENCE);
      this.#answered = () => {
        clearTimeout(patience);
        resolve();
      };
      this.#port.postMessage({ type: 'pull' });
    });
  }

  cancel(): void {
    this.#port.postMessage({ type: 'cancel' });
    this.#end();
  }

  #take(said: FromPage, controller: Controller): void {
    if (said.type === 'bytes' && said.bytes.length <= this.#left) {
      this.#left -= said.bytes.length;
      controller.enqueue(said.bytes);
      this.#answered();
    } else if (said.type === 'end' && this.#left === 0) {
      controller.close();
      this.#end();
      // More than was announced, or less, would be saved without a word.
    } else this.#fail(controller);
  }

  #fail(controller: Controller): void {
    if (this.#over) return;
    controller.error(new Error('The page stopped'));
    this.#port.postMessage({ type: 'cancel' });
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#answered();
    this.#port.close();
  }
}
