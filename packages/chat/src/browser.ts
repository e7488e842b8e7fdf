import { idbDepot } from './adapters/idb-depot.ts';
import { idbVault } from './adapters/idb-vault.ts';
import { memoryDepot } from './adapters/memory-depot.ts';
import { memoryVault } from './adapters/memory-vault.ts';
import { opfsDepot } from './adapters/opfs-depot.ts';
import { systemClock, systemRandom } from './adapters/system.ts';
import { alwaysOnline, browserNetwork, webSockets } from './adapters/web-socket.ts';
import { Engine } from './engine/engine.ts';
import type { Depot } from './ports/depot.ts';
import type { Vault } from './ports/vault.ts';
import type { FromPage } from './view/contract.ts';

export * from './view/contract.ts';

export interface BrowserEngine {
  /** Serves a page behind a port, for as long as the port lives. */
  attach(port: MessagePort): void;
}

export interface BrowserOptions {
  /** Of the page, such as `https://chat.example`: the relay takes no other. */
  readonly origin: string;
  /** Where the relay listens, such as `wss://chat.example/socket`. */
  readonly socketUrl: string;
  /** Where it takes and gives files, such as `https://chat.example/files`. */
  readonly filesUrl: string;
}

/** Name of what keeps the bytes of files. */
const FILES = 'aurora-files';

/** A vault that remembers, or, where the browser refuses storage, one that does not. */
async function openVault(): Promise<Vault> {
  try {
    return await idbVault('aurora');
  } catch {
    return memoryVault();
  }
}

/** The same for the bytes of files: without them one can still talk. */
async function openDepot(): Promise<Depot> {
  return opfsDepot(FILES)
    .catch(() => idbDepot(FILES))
    .catch(() => memoryDepot());
}

/**
 * Two engines over one storage would tread on each other, and after an update a tab with the old page and one with the new
 * each have one: the newer takes the lock away, and the older stops and says so. A browser that refuses storage refuses
 * the lock too, and then there is nothing to share.
 */
function aloneOverStorage(start: () => Promise<Engine>): Promise<Engine> {
  return new Promise((resolve, reject) => {
    let engine: Engine | undefined;
    navigator.locks
      .request('aurora/storage', { steal: true }, async () => {
        engine = await start();
        resolve(engine);
        await new Promise(() => {});
      })
      .catch((error: unknown) => {
        if (engine !== undefined) engine.supersede();
        else if (error instanceof DOMException && error.name === 'SecurityError')
          start().then(resolve, reject);
        else reject(error);
      });
  });
}

/** Starts Aurora in a browser's worker: the one place where its parts are put together there. */
export function serveEngine({ origin, socketUrl, filesUrl }: BrowserOptions): BrowserEngine {
  const { hostname } = new URL(origin);
  // A relay on this very machine is reachable without any network.
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const engine = aloneOverStorage(async () => {
    const [vault, depot] = await Promise.all([openVault(), openDepot()]);
    return new Engine({
      vault,
      files: {
        depot,
        courier: async () => (await import('./adapters/tus-courier.ts')).tusCourier({ url: filesUrl }),
      },
      clock: systemClock,
      random: systemRandom,
      sockets: webSockets(socketUrl, origin),
      network: here ? alwaysOnline : browserNetwork(globalThis),
    });
  });
  return {
    attach(port) {
      const heard: FromPage[] = [];
      let hear = (message: FromPage): void => {
        heard.push(message);
      };
      port.addEventListener('message', ({ data }: MessageEvent<FromPage>) => hear(data));
      port.start();
      void engine.then((ready) => {
        hear = ready.attach({ tell: (message) => port.postMessage(message) });
        for (const message of heard) hear(message);
      });
    },
  };
}
