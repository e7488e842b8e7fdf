import { type Bytes, decodeRequest, type Event, encodeBatch, type Request } from '@aurora/protocol';
import type { OpenSocket, SocketEvents, Sockets } from '../../src/index.ts';

/** A socket of which the test plays the relay's end. */
export class Line implements OpenSocket {
  readonly asked: Request[] = [];
  open = true;
  readonly #events: SocketEvents;
  readonly #hear: (request: Request) => void;

  constructor(events: SocketEvents, hear: (request: Request) => void) {
    this.#events = events;
    this.#hear = hear;
  }

  send(message: Bytes): void {
    if (!this.open) return;
    const request = decodeRequest(message);
    this.asked.push(request);
    this.#hear(request);
  }

  close(): void {
    this.open = false;
  }

  tell(...events: Event[]): void {
    this.tellBytes(encodeBatch(events));
  }

  tellBytes(message: Bytes): void {
    this.#events.message(message);
  }

  drop(code: number): void {
    this.open = false;
    this.#events.closed(code);
  }
}

/** The way to a relay; `opened` is told of each new line, `heard` of each request. */
export class Lines implements Sockets {
  readonly origin = 'https://tests.example';
  readonly all: Line[] = [];
  readonly #opened: (line: Line) => void;
  readonly #heard: (line: Line, request: Request) => void;

  constructor(
    opened: (line: Line) => void = () => {},
    heard: (line: Line, request: Request) => void = () => {},
  ) {
    this.#opened = opened;
    this.#heard = heard;
  }

  open(events: SocketEvents): Line {
    const line: Line = new Line(events, (request) => this.#heard(line, request));
    this.all.push(line);
    this.#opened(line);
    return line;
  }

  get last(): Line {
    const line = this.all.at(-1);
    if (line === undefined) throw new RangeError('nobody connected');
    return line;
  }
}
