import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Dialect, Speaker } from './dialect.ts';
import { clientFrame, FrameReader, Opcode } from './frames.ts';

/** Where members connect to, and from which address. */
export interface Target {
  readonly port: number;
  readonly from: string;
}

export interface MemberEvents {
  ready(): void;
  /** A frame came with these messages; `payload` is good until this returns. */
  frame(payload: Buffer, messages: () => readonly number[]): void;
  closed(why: string): void;
}

// One buffer for all sockets: what is read is used up before the next read.
const shared = Buffer.alloc(256 * 1024);

const HEAD_END = Buffer.from('\r\n\r\n');

/** One socket with the least that a WebSocket client needs, so that the generator can keep up with the servers. */
export class Member {
  readonly #socket: Socket;
  readonly #events: MemberEvents;
  readonly #speaker: Speaker;
  readonly #reader: FrameReader;
  #head: Buffer | undefined = Buffer.alloc(0);
  #why = 'connection lost';

  constructor(index: number, dialect: Dialect, origin: string, target: Target, events: MemberEvents) {
    this.#events = events;
    this.#reader = new FrameReader((opcode, payload) => this.#frame(opcode, payload));
    this.#socket = connect({
      host: '127.0.0.1',
      port: target.port,
      localAddress: target.from,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          this.#read(shared.subarray(0, length));
          return true;
        },
      },
    });
    this.#speaker = dialect.speak(index, {
      write: (bytes) => this.#socket.write(bytes),
      ready: events.ready,
    });
    this.#socket.once('connect', () => this.#socket.write(upgrade(dialect, origin, target.port)));
    this.#socket.on('error', (error) => {
      this.#why = error.message;
    });
    this.#socket.once('close', () => events.closed(this.#why));
  }

  send(index: number): void {
    this.#socket.write(this.#speaker.message(index));
  }

  /** Goes without a word, and leaves no port waiting behind. */
  close(): void {
    this.#socket.resetAndDestroy();
  }

  #read(chunk: Buffer): void {
    if (this.#head === undefined) this.#reader.push(chunk);
    else this.#answer(Buffer.concat([this.#head, chunk]));
  }

  /** The server's answer to the upgrade, as far as it has come. */
  #answer(head: Buffer): void {
    this.#head = head;
    const end = head.indexOf(HEAD_END);
    if (end < 0) return;
    const status = head.subarray(0, head.indexOf('\r')).toString('latin1');
    if (!status.startsWith('HTTP/1.1 101')) {
      this.#why = status;
      this.close();
      return;
    }
    this.#head = undefined;
    this.#speaker.opened();
    this.#reader.push(head.subarray(end + HEAD_END.length));
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.ping) {
      this.#socket.write(clientFrame(Opcode.pong, payload));
    } else if (opcode === Opcode.close) {
      this.#why = `closed: ${payload.length >= 2 ? payload.readUInt16BE() : ''} ${payload.toString('utf8', 2)}`;
      this.close();
    } else {
      this.#events.frame(payload, () => this.#speaker.read(opcode, payload));
    }
  }
}

function upgrade(dialect: Dialect, origin: string, port: number): string {
  return [
    `GET ${dialect.path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    `Origin: ${origin}`,
    ...(dialect.subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${dialect.subprotocol}`]),
    '\r\n',
  ].join('\r\n');
}
