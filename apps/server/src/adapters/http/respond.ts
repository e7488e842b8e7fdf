import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Body, WebFile } from './files.ts';

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export function respond(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function accepts(request: IncomingMessage, encoding: string): boolean {
  const accepted = String(request.headers['accept-encoding'] ?? '').split(',');
  return accepted.some((item) => {
    const [name, ...parameters] = item.split(';').map((part) => part.trim());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

function choose(request: IncomingMessage, { br, gzip, plain }: WebFile): [Body, string | undefined] {
  if (br !== undefined && accepts(request, 'br')) return [br, 'br'];
  if (gzip !== undefined && accepts(request, 'gzip')) return [gzip, 'gzip'];
  return [plain, undefined];
}

/** A file of the page, in the encoding that the browser likes best. */
export function respondFile(request: IncomingMessage, response: ServerResponse, file: WebFile): void {
  const [{ bytes, etag }, encoding] = choose(request, file);
  const headers = {
    'Content-Type': file.type,
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
    ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
  };
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
