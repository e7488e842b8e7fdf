import type { Bytes } from '@aurora/protocol';

/** Bytes of content in every benchmark message. */
export const PAYLOAD = 128;

/** What a member does with its socket, in the words of one server. */
export interface Conversation {
  /** Bytes to write to the socket. */
  write(bytes: Uint8Array): void;
  /** The member is in: from now on it counts. */
  ready(): void;
}

/** One member's side of a server's protocol. */
export interface Speaker {
  /** The socket is open. */
  opened(): void;
  /** The numbers of the messages in a frame, in order; empty for a frame that carries none. */
  read(opcode: number, payload: Buffer): readonly number[];
  /** The frame that sends message `index`. */
  message(index: number): Bytes;
}

export interface Dialect {
  readonly path: string;
  readonly subprotocol: string | undefined;
  speak(member: number, conversation: Conversation): Speaker;
}
