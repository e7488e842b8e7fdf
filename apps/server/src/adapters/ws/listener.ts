import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { limits, SUBPROTOCOL } from '@aurora/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import type { Relay } from '../../core/relay.ts';
import type { Clock } from '../../ports/clock.ts';
import { addressOf } from '../http/address.ts';
import { type OriginRule, originOf } from '../http/origin.ts';
import { FOREIGN_HOST, isOwnHost } from '../http/own-host.ts';
import { Connection } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';

export interface ListenerOptions extends OriginRule {
  readonly trustProxy: boolean;
}

export interface Listener {
  /** Takes over a socket that asks to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): void;
}

const PATH = '/socket';
/** Milliseconds that a peer has to answer a close, or to take in a refusal. */
const PARTING = 1000;
const NOTHING = new Uint8Array(0);

/** A `ws` socket that knows its connection, so that one set of handlers serves all 20,000. */
class Peer extends WebSocket {
  connection: Connection | undefined;
  forget: (() => void) | undefined;
}

/** Text is no message of ours, and no bytes decode to nothing: SPEC [TR2]. */
function onMessage(this: WebSocket, data: WebSocket.RawData, isBinary: boolean): void {
  const connection = this instanceof Peer ? this.connection : undefined;
  if (connection === undefined) return;
  connection.heard = true;
  connection.receiver?.receive(isBinary && data instanceof Buffer ? data : NOTHING);
}

function onPong(this: WebSocket): void {
  if (this instanceof Peer && this.connection !== undefined) this.connection.heard = true;
}

function onClose(this: WebSocket): void {
  if (!(this instanceof Peer)) return;
  this.forget?.();
  this.connection?.receiver?.closed();
  this.connection = undefined;
}

/** `ws` closes with the right code by itself: 1009 for what is too large, 1002 for what is no WebSocket frame. */
function onError(): void {}

/** A refused peer that does not go by itself is not waited for. */
function refuse(socket: Duplex, status: number, sentence: string): void {
  socket.on('error', onError);
  const timer = setTimeout(() => socket.destroy(), PARTING);
  socket.once('close', () => clearTimeout(timer));
  // What it has sent is read away: a socket that is destroyed with bytes unread resets, and the answer may be lost.
  socket.resume();
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(sentence)}\r\n\r\n${sentence}`,
    () => socket.destroy(),
  );
}

function offers({ headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-protocol']?.split(',') ?? [];
  return offered.some((name) => name.trim() === SUBPROTOCOL);
}

/** The WebSocket side of the listener. */
export function socketListener(relay: Relay, clock: Clock, options: ListenerOptions): Listener {
  const heartbeat = new Heartbeat(clock);
  const settings = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.message,
    // Known to `ws`, though not to its types.
    closeTimeout: PARTING,
    handleProtocols: () => SUBPROTOCOL,
    WebSocket: Peer,
  };
  const server = new WebSocketServer(settings);

  function accept(ws: Peer, raw: Duplex, peer: { address: string; origin: string }): void {
    const connection = new Connection(ws, raw);
    ws.connection = connection;
    ws.on('message', onMessage);
    ws.on('pong', onPong);
    ws.on('close', onClose);
    ws.on('error', onError);
    ws.forget = heartbeat.add(connection);
    connection.receiver = relay.accept(connection, peer);
  }

  return {
    upgrade(request, socket, head) {
      if (request.url?.split('?')[0] !== PATH) return refuse(socket, 404, 'WebSockets are at /socket.');
      if (!offers(request)) return refuse(socket, 400, `The subprotocol ${SUBPROTOCOL} is not offered.`);
      if (!isOwnHost(request.headers.host, options)) return refuse(socket, 403, FOREIGN_HOST);
      const origin = originOf(request, options);
      if (origin === undefined)
        return refuse(socket, 403, 'This origin is not allowed. The operator allows it with --origin.');
      const peer = { address: addressOf(request, options.trustProxy), origin };
      // The answer to the upgrade and `hello` leave together.
      socket.cork();
      server.handleUpgrade(request, socket, head, (ws) => accept(ws, socket, peer));
      return socket.uncork();
    },
    stop: () => heartbeat.stop(),
  };
}
