import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { PAYLOAD } from '../load/dialect.ts';
import { FrameReader, Opcode, serverFrame } from '../load/frames.ts';
import { listening } from './listening.ts';
import { serveBench } from './serve.ts';

/**
 * The least a server can do: what came since the last telling is framed once, and the same bytes are written once to
 * each raw socket. No names, no log, no disk. It gathers as the relay does, resting as long as the telling took, so
 * that both make as few writes and what differs is the work around them.
 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const LONGEST_REST = 100;
const sockets = new Set<Socket>();
let gathered: Buffer[] = [];
let scheduled = false;

function schedule(): void {
  if (scheduled || gathered.length === 0) return;
  scheduled = true;
  setImmediate(() => {
    const start = performance.now();
    flush();
    const rested = () => {
      scheduled = false;
      schedule();
    };
    setTimeout(rested, Math.min(LONGEST_REST, performance.now() - start));
  });
}

function flush(): void {
  const frame = serverFrame(Opcode.binary, Buffer.concat(gathered));
  gathered = [];
  for (const socket of sockets) socket.write(frame);
}

function gather(opcode: number, payload: Buffer): void {
  if (opcode !== Opcode.binary) return;
  gathered.push(unmasked(payload));
  schedule();
}

/** The generator's mask is zero, so that unmasking is copying. */
function unmasked(payload: Buffer): Buffer {
  return Buffer.from(payload.subarray(0, PAYLOAD));
}

function welcome(socket: Socket): void {
  const reader = new FrameReader(gather);
  socket.setNoDelay(true);
  socket.once('data', (request) => {
    const key = /^sec-websocket-key: *(\S+)/im.exec(request.toString('latin1'))?.[1] ?? '';
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
  });
  socket.on('error', () => undefined);
  socket.once('close', () => sockets.delete(socket));
}

serveBench(() => listening(createServer(welcome)));
