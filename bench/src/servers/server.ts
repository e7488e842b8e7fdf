import { setTimeout as pause } from 'node:timers/promises';
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

  /** What it uses once it has come to rest: no more than a twentieth of a core for a second, garbage collected. */
  async settled(): Promise<Usage> {
    let before = await this.usage(true);
    for (let tries = 0; tries < 15; tries += 1) {
      await pause(1000);
      const now = await this.usage();
      const rest = await this.usage(true);
      if (now.cpu - before.cpu < 50) return rest;
      before = rest;
    }
    return before;
  }
}
