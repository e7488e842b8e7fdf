import type { Dialect } from './dialect.ts';
import { PAYLOAD } from './dialect.ts';
import { clientFrame, Opcode } from './frames.ts';

const text = (words: string) => clientFrame(Opcode.text, Buffer.from(words));

/** Engine.IO 4 over WebSocket only. Content is text, which spares Socket.IO a second frame for binary. */
export const socketio: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  subprotocol: undefined,
  speak: (_, { write, ready }) => ({
    opened: () => undefined,
    read(_opcode, payload) {
      const words = payload.toString('latin1');
      if (words.startsWith('42["m","')) return [Number.parseInt(words.slice(8, 16), 16)];
      if (words.startsWith('0')) write(text('40'));
      else if (words.startsWith('40')) ready();
      else if (words === '2') write(text('3'));
      return [];
    },
    message(index) {
      const content = index.toString(16).padStart(8, '0').padEnd(PAYLOAD, 'a');
      return text(`42["m","${content}"]`);
    },
  }),
};
