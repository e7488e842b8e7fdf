import type { Server } from 'node:http';
import type { Config } from './config.ts';

/** The port cannot be had. The message says why, and which flag changes it. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

const NO_IPV6 = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];
const FEW = 1024;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function explain(error: unknown, host: string, port: number): PortError {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new PortError(
        `Port ${port} is taken by another program ("lsof -i :${port}" tells which). Stop it, or choose another port: --port ${port + 1}`,
      );
    case 'EACCES':
      return new PortError(`Port ${port} is not yours to open. Choose one above ${FEW}: --port 5000`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new PortError(
        `This machine has no address ${host}. Choose another: --host 0.0.0.0 is all of them.`,
      );
    default:
      return new PortError(
        `Aurora cannot listen on ${host} port ${port}: ${error instanceof Error ? error.message : error}`,
      );
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Where a person goes: an address that is everywhere is nowhere in particular. */
function urlOf(scheme: string, host: string, port: number, chosen: boolean): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const local = host === 'localhost' && chosen ? '127.0.0.1' : host;
  const name = everywhere ? 'localhost' : local.includes(':') ? `[${local}]` : local;
  return `${scheme}://${name}:${port}`;
}

/**
 * Listens where the configuration says. `localhost` is both loopback addresses, since browsers try either first, and
 * another program on one of them would answer in our place. Rejects with PortError.
 */
export async function listenAll(
  newServer: () => Server,
  { host, port }: Config,
  scheme: 'http' | 'https',
): Promise<{ servers: Server[]; url: string }> {
  const hosts = host === 'localhost' ? ['127.0.0.1', ...(port === 0 ? [] : ['::1'])] : [host];
  const servers: Server[] = [];
  for (const address of hosts) {
    const server = newServer();
    try {
      await listen(server, address, port);
      servers.push(server);
    } catch (error) {
      if (servers.length > 0 && NO_IPV6.includes(codeOf(error))) continue;
      for (const other of servers) other.close();
      throw explain(error, address, port);
    }
  }
  const [first] = servers;
  const opened = first === undefined ? port : portOf(first);
  return { servers, url: urlOf(scheme, host, opened, port === 0) };
}
