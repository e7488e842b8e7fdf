import type { Dialect } from './dialect.ts';
import { PAYLOAD } from './dialect.ts';
import { clientFrame, Opcode } from './frames.ts';

/** A message is its content; a frame from the server may hold several, one behind another. */
export const plain: Dialect = {
  path: '/',
  subprotocol: undefined,
  speak: (_, { ready }) => ({
    opened: ready,
    read(opcode, payload) {
      if (opcode !== Opcode.binary) return [];
      const indexes: number[] = [];
      for (let at = 0; at + PAYLOAD <= payload.length; at += PAYLOAD) indexes.push(payload.readUInt32BE(at));
      return indexes;
    },
    message(index) {
      const content = Buffer.alloc(PAYLOAD, 0x61);
      content.writeUInt32BE(index);
      return clientFrame(Opcode.binary, content);
    },
  }),
};
