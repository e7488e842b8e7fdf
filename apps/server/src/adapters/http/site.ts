import type { IncomingMessage, ServerResponse } from 'node:http';
import { webFiles } from './files.ts';
import { securityHeaders } from './headers.ts';
import { FOREIGN_HOST, type HostRule, isOwnHost } from './own-host.ts';
import { type Reply, respond, respondFile } from './respond.ts';

export interface SiteOptions extends HostRule {
  readonly webFolder: string;
  people(): number;
  health(): Promise<{ readonly status: 'ok' | 'full' | 'failing' }>;
  /** The figures; undefined for those who may not see them. */
  metrics(request: IncomingMessage): Promise<Reply | undefined>;
}

const FOREIGN: Reply = { status: 421, type: 'text/plain', body: FOREIGN_HOST };
const NOT_FOUND: Reply = { status: 404, type: 'text/plain', body: 'Not found.' };

/** What says something of this relay; the page says nothing, and explains itself to whoever came by a wrong name. */
const PROGRAMS = new Set(['/health', '/lounge.json', '/metrics']);

/** Everything that is plain HTTP: the page, and a few lines for programs. */
export function site(
  options: SiteOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const files = webFiles(options.webFolder);
  const headers = Object.entries(securityHeaders(options.tls));
  const noPage: Reply = {
    status: 503,
    type: 'text/plain',
    body: `The page is not built: there is no index.html in ${options.webFolder}. "npm start" builds it.`,
  };

  async function program(path: string, request: IncomingMessage): Promise<Reply> {
    if (PROGRAMS.has(path) && !isOwnHost(request.headers.host, options)) return FOREIGN;
    switch (path) {
      case '/health': {
        const health = await options.health();
        const status = health.status === 'ok' ? 200 : 503;
        return { status, type: 'application/json', body: JSON.stringify(health) };
      }
      case '/lounge.json':
        return { status: 200, type: 'application/json', body: JSON.stringify({ people: options.people() }) };
      case '/metrics':
        return (await options.metrics(request)) ?? NOT_FOUND;
      case '/':
        return noPage;
      default:
        return NOT_FOUND;
    }
  }

  return async (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      respond(response, { status: 405, type: 'text/plain', body: 'Only GET and HEAD.' });
      return;
    }
    const path = request.url?.split('?')[0] ?? '/';
    const file = files.get(path === '/' ? '/index.html' : path);
    if (file !== undefined) respondFile(request, response, file);
    else respond(response, await program(path, request));
  };
}
