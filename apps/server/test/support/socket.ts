import { SUBPROTOCOL } from '@aurora/protocol';
import WebSocket from 'ws';
import { TestClient } from './client.ts';
import type { Device } from './keys.ts';

export interface SocketOptions {
  readonly origin?: string | undefined;
  readonly protocol?: string | undefined;
  readonly host?: string | undefined;
}

/** A client on a real socket. */
export class SocketClient extends TestClient {
  readonly socket: WebSocket;

  constructor(url: string, { origin = url, protocol = SUBPROTOCOL, host }: SocketOptions = {}) {
    super(origin);
    const protocols = protocol === '' ? [] : [protocol];
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/socket`, protocols, {
      ...(origin === '' ? {} : { origin }),
      ...(host === undefined ? {} : { headers: { host } }),
      perMessageDeflate: false,
    });
    this.socket.on('message', (data) => this.heard(data instanceof Buffer ? data : Buffer.alloc(0)));
    this.socket.on('close', (code) => this.ended(code));
    this.socket.on('error', () => {});
    this.line = {
      send: (message) => this.socket.send(message),
      close: () => this.socket.terminate(),
    };
  }

  /** The HTTP status that the upgrade was refused with. */
  refused(): Promise<number> {
    return new Promise((resolve) => {
      this.socket.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        this.socket.terminate();
      });
    });
  }
}

export async function joinOver(url: string, device: Device): Promise<SocketClient> {
  const client = new SocketClient(url);
  await client.auth(device);
  await client.join();
  return client;
}
