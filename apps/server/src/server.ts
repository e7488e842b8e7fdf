import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import { fileURLToPath } from 'node:url';
import { LOUNGE } from '@aurora/protocol';
import { type Logger, pino } from 'pino';
import { addressOf } from './adapters/http/address.ts';
import { BlobServer, isForFiles } from './adapters/http/blobs.ts';
import { Crowd, impatience, partWith } from './adapters/http/crowd.ts';
import { site } from './adapters/http/site.ts';
import { nodeClock } from './adapters/node/clock.ts';
import { keepHeapSmall } from './adapters/node/heap.ts';
import { prometheus } from './adapters/node/metrics.ts';
import { nodeRandom } from './adapters/node/random.ts';
import { nodeVerifier } from './adapters/node/verifier.ts';
import { type SqliteStorage, sqliteStorage } from './adapters/sqlite/storage.ts';
import { socketListener } from './adapters/ws/listener.ts';
import { type Config, defaultConfig } from './config.ts';
import { createRelay } from './core/relay.ts';
import type { Settings } from './core/settings.ts';
import { listenAll } from './listen.ts';
import type { Observer } from './ports/observer.ts';
import type { Storage } from './ports/ports.ts';
import { settingsOf } from './settings-of.ts';
import { readTls } from './tls.ts';

export type ServerOptions = Partial<Config> & {
  /** In place of the data folder; its owner closes it. */
  readonly storage?: Storage;
  readonly settings?: Partial<Settings>;
  /** The most pages the database may have, so that a test can fill it. */
  readonly maxPages?: number;
};

export interface RunningServer {
  /** Where to go. */
  readonly url: string;
  /** Drains, makes everything durable, and lets go of port and folder. */
  stop(): Promise<void>;
}

const WEB_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));
const LOOPBACK = new Set(['127.0.0.1', '0:0:0:0::/64']);

async function openStorage(config: Config, options: ServerOptions, log: Logger): Promise<SqliteStorage> {
  if (options.storage !== undefined) {
    return { ...options.storage, healthy: () => true, full: () => false, close: async () => {} };
  }
  return sqliteStorage({
    folder: config['data-dir'],
    clock: nodeClock((error) => log.error({ err: error }, 'looking at the disk')),
    restored: config.restored,
    leaveFree: config['leave-free'] / 100,
    maxPages: options.maxPages,
  });
}

/** Wires the relay and starts it. Rejects with UnusableStorage, ConfigError or PortError, in words for the operator. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  keepHeapSmall();
  const config: Config = { ...defaultConfig, ...options };
  const log = pino({ level: config['log-level'], base: null }, pino.destination({ fd: 2, sync: true }));
  const tls = readTls(config);
  const storage = await openStorage(config, options, log);
  const metrics = prometheus();
  const clock = nodeClock((error) => log.error({ err: error }, 'a planned task failed'));
  const observer: Observer = {
    ...metrics.observer,
    fault: (doing, error) => log.error({ err: error }, doing),
  };
  const settings: Settings = { ...settingsOf(config), ...options.settings };
  const relay = createRelay(
    { ...storage, clock, random: nodeRandom, verifier: nodeVerifier, observer },
    settings,
  );
  const hostRule = { origins: config.origin, tls: tls !== undefined, host: config.host };
  const originRule = {
    ...hostRule,
    allowNone: config['allow-no-origin'],
    trustProxy: config['trust-proxy'],
  };
  const listener = socketListener(relay, clock, originRule);
  const blobs = new BlobServer({
    ...originRule,
    files: relay.files,
    tickets: relay.tickets,
    observer,
    most: settings.fileRequests,
    mostPerAddress: settings.fileRequestsPerAddress,
    idle: settings.fileIdle,
  });

  async function health(): Promise<{ status: 'ok' | 'full' | 'failing' }> {
    if (!storage.healthy()) return { status: 'failing' };
    if (storage.full()) return { status: 'full' };
    const head = await storage.log.head(LOUNGE).catch(() => undefined);
    return { status: head === undefined ? 'failing' : 'ok' };
  }

  async function figures(request: IncomingMessage) {
    const local =
      LOOPBACK.has(addressOf(request, config['trust-proxy'])) &&
      request.headers['x-forwarded-for'] === undefined;
    if (!local && !config['open-metrics']) return undefined;
    return { status: 200, ...(await metrics.text()) };
  }

  const page = site({
    ...hostRule,
    webFolder: config['web-dir'] || WEB_FOLDER,
    people: () => relay.people(),
    health,
    metrics: figures,
  });

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    partWith(request, response);
    const answered = isForFiles(request) ? blobs.respond(request, response) : page(request, response);
    answered.catch((error: unknown) => {
      log.error({ err: error }, 'answering an HTTP request');
      response.destroy();
    });
  };

  const crowd = new Crowd({ ...settings, trustProxy: config['trust-proxy'] });

  function newServer(): Server {
    const server =
      tls === undefined
        ? createHttp(impatience, onRequest)
        : createHttps({ ...impatience, handshakeTimeout: impatience.headersTimeout, ...tls }, onRequest);
    crowd.guard(server);
    server.on('upgrade', (request, socket, head) => listener.upgrade(request, socket, head));
    return server;
  }

  async function stop(): Promise<void> {
    const closed = Promise.all(
      servers.map(
        (server) =>
          new Promise((resolve) => {
            server.close(resolve);
            server.closeIdleConnections();
          }),
      ),
    );
    await relay.drain();
    relay.stop();
    listener.stop();
    for (const server of servers) server.closeAllConnections();
    await closed;
    await blobs.settled();
    metrics.stop();
    await storage.close();
    log.info('stopped');
  }

  let servers: readonly Server[] = [];
  try {
    const listening = await listenAll(newServer, config, tls === undefined ? 'http' : 'https');
    servers = listening.servers;
    log.info({ url: listening.url }, 'listening');
    return { url: listening.url, stop };
  } catch (error) {
    relay.stop();
    listener.stop();
    metrics.stop();
    await storage.close();
    throw error;
  }
}
