import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBlobId } from '@aurora/protocol';
import type { FileDesk } from '../../core/files/file-desk.ts';
import type { Ticket, Tickets } from '../../core/files/tickets.ts';
import type { Observer } from '../../ports/observer.ts';
import { Uploads } from '../tus/uploads.ts';
import { addressOf } from './address.ts';
import { download } from './download.ts';
import { securityHeaders } from './headers.ts';
import { type OriginRule, originOf } from './origin.ts';
import { FOREIGN_HOST, isOwnHost } from './own-host.ts';
import { respond } from './respond.ts';
import { Turns } from './turns.ts';

export interface BlobServerOptions extends OriginRule {
  readonly files: FileDesk;
  readonly tickets: Tickets;
  readonly observer: Observer;
  readonly trustProxy: boolean;
  /** Requests under way, in all and of an address. */
  readonly most: number;
  readonly mostPerAddress: number;
  /** Milliseconds without a byte after which a request is cut. */
  readonly idle: number;
}

const PATH = /^\/files(?:\/([^/?]*))?(?:\?.*)?$/;
const UPLOADING = ['POST', 'PATCH', 'DELETE'];
const METHODS = ['GET', 'HEAD', ...UPLOADING];
const RETRY = '5';

interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const NO_TICKET: Refusal = {
  status: 401,
  body: 'This needs a ticket that still stands. Ask for a new one.',
  headers: { 'WWW-Authenticate': 'Bearer' },
};

/** Whether a request is for a file and not for the page. */
export function isForFiles({ url = '' }: IncomingMessage): boolean {
  return /^\/files(?:[/?]|$)/.test(url);
}

/** Everything under `/files`: the sealed bytes of files, to and from whoever has a ticket. SPEC section 14. */
export class BlobServer {
  readonly #options: BlobServerOptions;
  readonly #uploads: Uploads;
  readonly #turns: Turns;
  readonly #headers: readonly [string, string][];
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: BlobServerOptions) {
    this.#options = options;
    this.#uploads = new Uploads(options.files, options.observer);
    this.#turns = new Turns(options);
    this.#headers = Object.entries(securityHeaders(options.tls));
  }

  /** Rejects when the answer cannot be given to its end; then the connection has to go. */
  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of this.#headers) response.setHeader(name, value);
    const allowed = this.#allow(request);
    if ('status' in allowed) return refuse(response, allowed);
    const address = addressOf(request, this.#options.trustProxy);
    if (!this.#turns.enter(address))
      return refuse(response, {
        status: 429,
        body: 'Too many files at once. Wait for one to end.',
        headers: { 'Retry-After': RETRY },
      });
    // The server cuts a socket on which nothing moved for so long.
    request.socket.setTimeout(this.#options.idle);
    const serving = this.#serve(request, response, allowed);
    this.#underWay.add(serving);
    try {
      await serving;
    } finally {
      this.#underWay.delete(serving);
      this.#turns.leave(address);
    }
  }

  /** Waits for what is under way, once its connections are cut. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #allow(request: IncomingMessage): Ticket | Refusal {
    const { method = '', url = '', headers } = request;
    const rule = this.#options;
    if (!isOwnHost(headers.host, rule)) return { status: 421, body: FOREIGN_HOST };
    const reads = method === 'GET' || method === 'HEAD';
    // Within one origin browsers send none for what only reads.
    if (originOf(request, reads ? { ...rule, allowNone: true } : rule) === undefined)
      return { status: 403, body: 'This origin is not allowed. The operator allows it with --origin.' };
    const [whole, id] = PATH.exec(url) ?? [];
    if (whole === undefined || (id !== undefined && !isBlobId(id)))
      return { status: 404, body: 'Not found.' };
    const fits = METHODS.includes(method) && (id === undefined) === (method === 'POST');
    if (!fits)
      return {
        status: 405,
        body: 'Not here.',
        headers: { Allow: id === undefined ? 'POST' : 'GET, HEAD, PATCH, DELETE' },
      };
    const ticket = this.#ticketOf(headers.authorization);
    if (ticket === undefined) return NO_TICKET;
    const direction = UPLOADING.includes(method) ? 'up' : method === 'GET' ? 'down' : ticket.direction;
    if (ticket.direction !== direction || (id !== undefined && ticket.blob !== id))
      return { status: 403, body: 'This ticket is for something else.' };
    return ticket;
  }

  #ticketOf(authorization = ''): Ticket | undefined {
    const [, text] = /^Bearer ([\w-]{43})$/i.exec(authorization) ?? [];
    return text === undefined ? undefined : this.#options.tickets.find(Buffer.from(text, 'base64url'));
  }

  #serve(request: IncomingMessage, response: ServerResponse, ticket: Ticket): Promise<void> {
    return ticket.direction === 'up'
      ? this.#uploads.serve(request, response, ticket)
      : download(this.#options.files, ticket.blob, request, response);
  }
}

function refuse(response: ServerResponse, { status, body, headers = {} }: Refusal): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  respond(response, { status, type: 'text/plain', body });
}
