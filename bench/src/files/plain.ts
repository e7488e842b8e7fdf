import { nodeSockets } from '@aurora/chat';
import { type BlobId, LOUNGE } from '@aurora/protocol';
import type { Page } from 'playwright-core';
import { newBlob } from '../../../apps/server/test/support/blobs.ts';
import { TestClient } from '../../../apps/server/test/support/client.ts';
import { Device } from '../../../apps/server/test/support/keys.ts';

/** Bytes of one request upwards, as the engine's. */
const REQUEST = 8 * 1024 * 1024;

/** The same transfer without sealing: by tickets, tus and ranges, from and to the same browser, and as many bytes. */
export class PlainTransfer {
  readonly #session: TestClient;
  readonly #page: Page;
  readonly #blob: BlobId = newBlob();
  readonly #size: number;

  private constructor(session: TestClient, page: Page, size: number) {
    this.#session = session;
    this.#page = page;
    this.#size = size;
  }

  static async make(url: string, page: Page, size: number): Promise<PlainTransfer> {
    const session = new TestClient(url);
    const { line } = await new Promise<{ line: TestClient['line'] }>((resolve) => {
      const opened = nodeSockets(`${url.replace(/^http/, 'ws')}/socket`, url).open({
        message: (bytes) => {
          session.heard(bytes);
          resolve({ line: opened });
        },
        closed: (code) => session.ended(code),
      });
    });
    session.line = line;
    await session.auth(new Device('Plain'));
    await session.join();
    return new PlainTransfer(session, page, size);
  }

  /** Milliseconds. The file is the one chosen in the page's first file field. */
  async upload(): Promise<number> {
    const { ticket } = await this.#session.ask('open_upload', {
      room: LOUNGE,
      blob: this.#blob,
      size: this.#size,
    });
    return this.#page.evaluate(
      async ([path, bearer, request, size]) => {
        const file = document.querySelector<HTMLInputElement>('#plain')?.files?.[0];
        if (file === undefined) throw new Error('no file was chosen');
        const began = performance.now();
        for (let from = 0; from < size; from += request)
          await new Promise<void>((resolve, reject) => {
            const sent = new XMLHttpRequest();
            sent.open('PATCH', path);
            sent.setRequestHeader('Authorization', bearer);
            sent.setRequestHeader('Tus-Resumable', '1.0.0');
            sent.setRequestHeader('Upload-Offset', String(from));
            sent.setRequestHeader('Content-Type', 'application/offset+octet-stream');
            sent.onload = () =>
              sent.status === 204 ? resolve() : reject(new Error(`answered ${sent.status}`));
            sent.onerror = () => reject(new Error('the line broke'));
            sent.send(file.slice(from, from + request));
          });
        return performance.now() - began;
      },
      [this.#path, bearerOf(ticket), REQUEST, this.#size] as const,
    );
  }

  /** Milliseconds until all bytes are kept in the browser's storage. */
  async download(): Promise<number> {
    const { ticket } = await this.#session.ask('open_download', { room: LOUNGE, blob: this.#blob });
    return this.#page.evaluate(
      async ([path, bearer, part]) => {
        const db = await new Promise<IDBDatabase>((resolve, reject) => {
          const opened = indexedDB.open('plain', 1);
          opened.onupgradeneeded = () => opened.result.createObjectStore('parts');
          opened.onsuccess = () => resolve(opened.result);
          opened.onerror = () => reject(opened.error);
        });
        const began = performance.now();
        const answer = await fetch(path, { headers: { Authorization: bearer }, cache: 'no-store' });
        const reader = answer.body?.getReader();
        let pieces: Uint8Array<ArrayBuffer>[] = [];
        let length = 0;
        let index = 0;
        const keep = async () => {
          const transaction = db.transaction('parts', 'readwrite', { durability: 'relaxed' });
          transaction.objectStore('parts').put(new Blob(pieces), index);
          index += 1;
          pieces = [];
          length = 0;
          await new Promise((resolve) => {
            transaction.oncomplete = resolve;
          });
        };
        for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
          pieces.push(read.value);
          length += read.value.length;
          if (length >= part) await keep();
        }
        await keep();
        const took = performance.now() - began;
        db.close();
        indexedDB.deleteDatabase('plain');
        return took;
      },
      [this.#path, bearerOf(ticket), REQUEST] as const,
    );
  }

  end(): void {
    this.#session.line?.close();
  }

  get #path(): string {
    return `/files/${this.#blob}`;
  }
}

const bearerOf = (ticket: Uint8Array): string => `Bearer ${Buffer.from(ticket).toString('base64url')}`;
