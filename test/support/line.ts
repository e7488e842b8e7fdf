import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A line between browsers and a relay that can be cut: what is on it is lost, and nothing gets through until it is mended. */
export interface CutLine {
  readonly url: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function lineTo(relayUrl: string): Promise<CutLine> {
  const { port: relayPort } = new URL(relayUrl);
  const open = new Set<Socket>();
  let broken = false;
  const server = createServer((from) => {
    if (broken) return void from.destroy();
    const to = connect(Number(relayPort), '127.0.0.1');
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://localhost:${address.port}`,
    cut() {
      broken = true;
      drop();
    },
    mend() {
      broken = false;
    },
    async close() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
