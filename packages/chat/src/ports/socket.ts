import type { Bytes } from '@aurora/protocol';

export interface SocketEvents {
  message(message: Bytes): void;
  /** Told once, whoever closed it; also when it never opened. Nothing is told afterwards. */
  closed(code: number): void;
}

export interface OpenSocket {
  /** Hands over a message; silently nothing once the socket closes, which `closed` tells. */
  send(message: Bytes): void;
  close(): void;
}

/** The way to the relay. */
export interface Sockets {
  /** The origin that the relay will see, which the proof of the device is bound to. */
  readonly origin: string;
  open(events: SocketEvents): OpenSocket;
}

/** Whether this device has a network at all, as far as it knows. */
export interface Network {
  online(): boolean;
  /** Tells of every change; gives back how to stop listening. */
  watch(changed: () => void): () => void;
}
