import { attachment } from './files/disposition.ts';
import { SAVED } from './files/saver.ts';
import { pulled } from './sw/pulled.ts';
import type { WorkerScope } from './sw/scope.ts';
import { Tokens } from './sw/tokens.ts';

/**
 * The service worker that lets a browser save a file which a page unseals piece by piece: it answers the address of one save with
 * the bytes that the page hands over. It sees no other request, and keeps nothing.
 */
declare const self: WorkerScope;

/** Pages say each few seconds, or each minute from the background, that they go on; browsers end a worker that is silent. */
const STRETCH = 120_000;

/** Nothing that comes from here is ever a page, whatever it holds. */
const HARMLESS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'Cache-Control': 'no-store',
};

interface Save {
  readonly name: string;
  readonly size: number;
  readonly port: MessagePort;
}

const saves = new Tokens<Save>();

const stretch = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, STRETCH));

self.addEventListener('message', (event) => {
  event.waitUntil(stretch());
  const [port] = event.ports;
  if (event.data.type !== 'save' || port === undefined) return;
  const { token, name, size } = event.data;
  saves.add(token, { name, size, port });
  port.postMessage({ type: 'ready' });
});

self.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== self.location.origin || !pathname.startsWith(SAVED)) return;
  event.waitUntil(stretch());
  event.respondWith(answer(saves.take(pathname.slice(SAVED.length))));
});

function answer(save: Save | null): Response {
  if (save === null) {
    const headers = { ...HARMLESS, 'Content-Type': 'text/plain' };
    return new Response('Not found.', { status: 404, headers });
  }
  return new Response(pulled(save.port, save.size), {
    headers: {
      ...HARMLESS,
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(save.size),
      'Content-Disposition': attachment(save.name),
    },
  });
}
