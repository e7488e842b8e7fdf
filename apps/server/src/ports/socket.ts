import type { Bytes } from '@aurora/protocol';

/**
 * A message for many sockets: whoever must frame it does so once, and every socket is given the same bytes.
 */
export class SharedMessage {
  readonly bytes: Bytes;
  #framed: Uint8Array | undefined;

  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }

  /** The message as `frame` makes it; asked of one kind of socket only. */
  framed(frame: (message: Bytes) => Uint8Array): Uint8Array {
    this.#framed ??= frame(this.bytes);
    return this.#framed;
  }
}

/** The relay's end of one connection. No verb throws, also after the end. */
export interface Socket {
  send(message: Bytes): void;
  /** As `send`, for the same bytes to many. */
  sendShared(message: SharedMessage): void;
  /** Bytes given to it that have not left. */
  buffered(): number;
  /** Ends it, once what was sent has left. */
  close(code: number, reason: string): void;
}

export interface Peer {
  /** What the limit of sockets an address counts by. */
  readonly address: string;
  /** The page's origin, or what stands for it; the device signs it. */
  readonly origin: string;
}

/** What the adapter tells the relay of a connection. No verb throws. */
export interface Receiver {
  receive(message: Uint8Array): void;
  closed(): void;
}
