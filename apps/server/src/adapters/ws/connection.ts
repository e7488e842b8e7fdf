import type { Duplex } from 'node:stream';
import type { Bytes } from '@aurora/protocol';
import type WebSocket from 'ws';
import type { Receiver, SharedMessage, Socket } from '../../ports/socket.ts';
import { frameBinary } from './frame.ts';
import type { Beating } from './heartbeat.ts';

/**
 * One WebSocket. `ws` reads it and keeps the rules of the protocol; messages are written straight to the socket that
 * the upgrade came on, framed once however many sockets get them. Both write whole frames in the order of the calls.
 */
export class Connection implements Socket, Beating {
  receiver: Receiver | undefined;
  heard = true;
  unanswered = 0;
  readonly #ws: WebSocket;
  readonly #raw: Duplex;

  constructor(ws: WebSocket, raw: Duplex) {
    this.#ws = ws;
    this.#raw = raw;
  }

  send(message: Bytes): void {
    this.#write(frameBinary(message));
  }

  sendShared(message: SharedMessage): void {
    this.#write(message.framed(frameBinary));
  }

  buffered(): number {
    return this.#raw.writableLength;
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  ping(): void {
    if (this.#open) this.#ws.ping();
  }

  drop(): void {
    this.#ws.terminate();
  }

  get #open(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  /** After a close frame no other may follow. */
  #write(frame: Uint8Array): void {
    if (this.#open) this.#raw.write(frame);
  }
}
