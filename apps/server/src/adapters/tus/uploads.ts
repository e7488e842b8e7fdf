import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, Server } from '@tus/server';
import type { FileDesk } from '../../core/files/file-desk.ts';
import type { Ticket } from '../../core/files/tickets.ts';
import type { Observer } from '../../ports/observer.ts';
import { StorageError } from '../../ports/storage-error.ts';
import { respond } from '../http/respond.ts';
import { Locks } from './locks.ts';
import { TusStore } from './store.ts';

/** What tus is told of a request, and what of its answer goes out: whatever else it says, of other origins above all, does not. */
const ASKED = ['tus-resumable', 'upload-offset', 'upload-length', 'content-type', 'content-length'];
const ANSWERED = [
  'tus-resumable',
  'tus-version',
  'upload-offset',
  'upload-length',
  'location',
  'cache-control',
];
/** Headers that say more of a file than its size. SPEC [FL8]. */
const UNWANTED = ['upload-metadata', 'upload-concat', 'upload-defer-length'];

function refusalOf({ headers, method }: IncomingMessage, size: number): string | undefined {
  const unwanted = UNWANTED.find((name) => headers[name] !== undefined);
  if (unwanted !== undefined) return `${unwanted} is not taken: say nothing of a file but its size.`;
  const length = headers['upload-length'];
  const fits = length === undefined ? method !== 'POST' : length === String(size);
  return fits ? undefined : 'The size is not the one that open_upload was told.';
}

function mapped(error: unknown, observer: Observer): { status_code: number; body: string } | undefined {
  // Clients of tus come again after a 423, and not after the 400 that this would be.
  if (error === ERRORS.ABORTED)
    return { status_code: 423, body: 'Another request for this file took over.\n' };
  if (!(error instanceof Error)) return undefined;
  if ('status_code' in error) return undefined;
  observer.fault('taking in a file', error);
  if (error instanceof StorageError && error.fault === 'full')
    return { status_code: 507, body: 'The server has no space left. What has come is kept; go on later.\n' };
  return { status_code: 500, body: 'The server could not keep this. Trying again is safe.\n' };
}

/** The requests that upload: tus 1.0.0 over the relay's own files, for whoever has a ticket. */
export class Uploads {
  readonly #files: FileDesk;
  readonly #tus: Server;

  constructor(files: FileDesk, observer: Observer) {
    this.#files = files;
    this.#tus = new Server({
      path: '/files',
      datastore: new TusStore(files),
      locker: new Locks(),
      // A request that must make way has nothing to finish: what came is kept.
      lockDrainTimeout: 1,
      relativeLocation: true,
      allowedOrigins: () => false,
      namingFunction: (request) => idOf(request.url),
      getFileIdFromRequest: (request) => idOf(request.url),
      onResponseError: (_request, error) => mapped(error, observer),
    });
  }

  async serve(request: IncomingMessage, response: ServerResponse, { blob }: Ticket): Promise<void> {
    const progress = await this.#files.progress(blob);
    if (progress === undefined)
      return respond(response, { status: 404, type: 'text/plain', body: 'There is no such file.' });
    const refusal = refusalOf(request, progress.record.size);
    if (refusal !== undefined) return respond(response, { status: 400, type: 'text/plain', body: refusal });
    const answer = await this.#tus.handleWeb(asked(request, blob));
    const headers = [...answer.headers].filter(([name]) => ANSWERED.includes(name));
    const body = await answer.text();
    response.writeHead(answer.status, Object.fromEntries(headers));
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

/** The last part of the address, which is ours: see `asked`. */
function idOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** One part at a time, as it is asked for; an end before the end of the body leaves the connection, which has an answer to carry. */
function bodyOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  const parts = request.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const part = await parts.next();
        if (part.done) controller.close();
        else controller.enqueue(part.value);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The request as tus sees it: for the ticket's blob, whatever else was asked. */
function asked(request: IncomingMessage, blob: string): Request {
  const headers = new Headers();
  for (const name of ASKED) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const { method = 'HEAD' } = request;
  const body = method === 'PATCH' || method === 'POST' ? bodyOf(request) : null;
  // Undici wants to be told, and the DOM's types do not know of it.
  const options = { method, headers, body, duplex: 'half' };
  return new Request(`http://relay/files/${blob}`, options);
}
