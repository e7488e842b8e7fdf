import type { Bytes } from '@aurora/protocol';

/** Opcodes of RFC 6455 section 5.2. */
export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A client's frame. The mask is zero: the rule wants one, and this way it costs nothing. */
export function clientFrame(opcode: number, payload: Uint8Array): Bytes {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extended + 4 + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, 2 + extended + 4);
  return frame;
}

/** A server's frame, unfragmented and unmasked. */
export function serverFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + extended + length);
  frame[0] = 0x80 | opcode;
  frame[1] = extended === 0 ? length : extended === 2 ? 126 : 127;
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(payload, 2 + extended);
  return frame;
}

/** Cuts a byte stream into frames. A payload is a view that is good until `onFrame` returns. */
export class FrameReader {
  readonly #onFrame: (opcode: number, payload: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      const end = this.#frame(bytes, at);
      if (end === undefined) break;
      at = end;
    }
    // The chunk's memory is read into again, so what is left over must be a copy.
    this.#rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }

  /** Takes one whole frame; its end, or undefined if it is not all there. */
  #frame(bytes: Buffer, at: number): number | undefined {
    if (bytes.length < at + 2) return undefined;
    const opcode = bytes.readUInt8(at) & 15;
    const masked = (bytes.readUInt8(at + 1) & 0x80) !== 0;
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const from = at + 2 + extended + (masked ? 4 : 0);
    if (bytes.length < from) return undefined;
    const length =
      extended === 0
        ? short
        : extended === 2
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length < from + length) return undefined;
    this.#onFrame(opcode, bytes.subarray(from, from + length));
    return from + length;
  }
}
