import { type Usage, Worker } from '../process.ts';
import type { ServerOrder } from './serve.ts';

export const serverNames = ['floor', 'aurora', 'ws loop', 'Socket.IO'] as const;
export type ServerName = (typeof serverNames)[number];

const files: Record<ServerName, string> = {
  floor: './servers/floor.ts',
  aurora: './servers/aurora.ts',
  'ws loop': './servers/ws.ts',
  'Socket.IO': './servers/socketio.ts',
};

/** A server in its own process. */
export class ServerProcess extends Worker {
  readonly name: ServerName;

  constructor(name: ServerName) {
    super(files[name]);
    this.name = name;
  }

  /** The port it listens on. */
  async start(): Promise<number> {
    const order: ServerOrder = { do: 'start' };
    return (await this.ask(order)) as number;
  }

  async usage(settle = false): Promise<Usage> {
    const order: ServerOrder = { do: 'usage', settle };
    return (await this.ask(order)) as Usage;
  }
}
