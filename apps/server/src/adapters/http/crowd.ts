import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { network } from './address.ts';

/** Connections of one address beyond its sockets: a browser opens six for the page, and several may be of one home. */
const PAGES = 64;
/** Connections of all beyond the relay's sockets. */
const SPARE = 1024;

const SECOND = 1000;

export interface CrowdOptions {
  readonly sockets: number;
  readonly socketsPerAddress: number;
  /** All connections are the proxy's, which counts its clients itself. */
  readonly trustProxy: boolean;
}

/**
 * What a server is made with, so that a connection that says nothing, or one word a minute, does not stay. A whole request may take as
 * long as the upload of a file may: all others are answered at once, and see `partWith`.
 */
export const impatience = {
  headersTimeout: 10 * SECOND,
  requestTimeout: 60 * 60 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
} as const;

/** Milliseconds to take in an answer that came before the request was over. */
const PARTING = 1000;

/** Cuts a request that goes on after it was answered: nobody waits for the end of what was refused. */
export function partWith(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (request.complete) return;
    const timer = setTimeout(() => request.complete || request.socket.destroy(), PARTING);
    request.socket.once('close', () => clearTimeout(timer));
  });
}

/** Bounds the connections of a server from the moment that they are accepted, whatever they turn out to be. */
export class Crowd {
  readonly #most: number;
  readonly #mostPerAddress: number;
  readonly #perAddress = new Map<string, number>();

  constructor({ sockets, socketsPerAddress, trustProxy }: CrowdOptions) {
    this.#most = sockets + SPARE;
    this.#mostPerAddress = trustProxy ? Number.POSITIVE_INFINITY : socketsPerAddress + PAGES;
  }

  guard(server: Server): void {
    server.maxConnections = this.#most;
    server.on('connection', (socket) => this.#enter(socket));
  }

  #enter(socket: Socket): void {
    const address = network(socket.remoteAddress ?? 'unknown');
    const here = this.#perAddress.get(address) ?? 0;
    if (here >= this.#mostPerAddress) {
      socket.destroy();
      return;
    }
    this.#perAddress.set(address, here + 1);
    socket.once('close', () => this.#leave(address));
  }

  #leave(address: string): void {
    const here = (this.#perAddress.get(address) ?? 0) - 1;
    if (here > 0) this.#perAddress.set(address, here);
    else this.#perAddress.delete(address);
  }
}
