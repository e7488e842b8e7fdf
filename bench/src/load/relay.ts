import { randomBytes } from 'node:crypto';
import {
  type Bytes,
  decodeBatch,
  decodeReply,
  type Epoch,
  type Event,
  encodeRequest,
  LOUNGE,
  messageId,
  type Request,
  type RequestId,
  SUBPROTOCOL,
} from '@aurora/protocol';
import { createDevice, type Device, nicknameOf } from './device.ts';
import type { Conversation, Dialect, Speaker } from './dialect.ts';
import { PAYLOAD } from './dialect.ts';
import { clientFrame, Opcode } from './frames.ts';

/** Keys outlive a socket, so that who comes back is the same person. */
const devices = new Map<number, Device>();

export function deviceOf(member: number): Device {
  const known = devices.get(member);
  if (known !== undefined) return known;
  const made = createDevice(nicknameOf(member));
  devices.set(member, made);
  return made;
}

const AUTH = 1 as RequestId;
const JOIN = 2 as RequestId;
/** Request ids of appends are message numbers above this. */
const FIRST_APPEND = 16;

export interface Acks {
  /** An append was answered. */
  acked(index: number): void;
}

/** Authenticates for real, joins the Lounge, and appends. */
class RelaySpeaker implements Speaker {
  readonly #device: Device;
  readonly #origin: string;
  readonly #conversation: Conversation;
  readonly #acks: Acks | undefined;
  #epoch = 0 as Epoch;

  constructor(device: Device, origin: string, conversation: Conversation, acks: Acks | undefined) {
    this.#device = device;
    this.#origin = origin;
    this.#conversation = conversation;
    this.#acks = acks;
  }

  opened(): void {}

  read(opcode: number, payload: Buffer): readonly number[] {
    if (opcode !== Opcode.binary) return [];
    const indexes: number[] = [];
    for (const event of decodeBatch(payload)) this.#hear(event, indexes);
    return indexes;
  }

  message(index: number): Bytes {
    const frame = new Uint8Array(PAYLOAD);
    new DataView(frame.buffer).setUint32(0, index);
    return this.#frame({
      type: 'append',
      request: (index + FIRST_APPEND) as RequestId,
      room: LOUNGE,
      id: messageId(Date.now(), new Uint8Array(randomBytes(16))),
      kind: 'message',
      epoch: this.#epoch,
      frame,
      blobs: [],
    });
  }

  #frame(request: Request): Bytes {
    return clientFrame(Opcode.binary, encodeRequest(request));
  }

  #hear(event: Event, indexes: number[]): void {
    switch (event.type) {
      case 'hello': {
        const { credential } = this.#device;
        const signature = this.#device.prove({ ...event, origin: this.#origin });
        this.#conversation.write(this.#frame({ type: 'auth', request: AUTH, credential, signature }));
        return;
      }
      case 'ok':
        this.#answered(event.request, event.result);
        return;
      case 'error':
        throw new Error(`the relay refused: ${event.code}: ${event.message}`);
      case 'entries':
        for (const { frame } of event.entries) indexes.push(new DataView(frame.buffer).getUint32(0));
        return;
      default:
        return;
    }
  }

  #answered(request: RequestId, result: unknown): void {
    if (request === AUTH) {
      this.#conversation.write(this.#frame({ type: 'join', request: JOIN, room: LOUNGE }));
    } else if (request === JOIN) {
      this.#epoch = decodeReply('join', result).epoch;
      this.#conversation.ready();
    } else {
      this.#acks?.acked(request - FIRST_APPEND);
    }
  }
}

export function relay(origin: string, acks?: Acks): Dialect {
  return {
    path: '/socket',
    subprotocol: SUBPROTOCOL,
    speak: (member, conversation) => new RelaySpeaker(deviceOf(member), origin, conversation, acks),
  };
}
