import { request } from 'node:http';
import { type BlobId, LOUNGE } from '@aurora/protocol';
import { newBlob } from './blobs.ts';
import type { TestClient } from './client.ts';

export interface FileAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface FileRequest {
  readonly method?: string;
  readonly path: string;
  readonly ticket?: Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

/** One HTTP request as it stands, from the page of the relay's own origin unless told otherwise. */
export function askFile(
  url: string,
  { method = 'GET', path, ticket, headers = {}, body }: FileRequest,
): Promise<FileAnswer> {
  const { hostname, port } = new URL(url);
  const bearer = ticket && { authorization: `Bearer ${Buffer.from(ticket).toString('base64url')}` };
  const length = body && { 'content-length': String(body.length) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path, method, headers: { origin: url, ...bearer, ...length, ...headers } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const TUS = { 'tus-resumable': '1.0.0' };

export function headOf(url: string, blob: BlobId, ticket: Uint8Array): Promise<FileAnswer> {
  return askFile(url, { method: 'HEAD', path: `/files/${blob}`, ticket, headers: TUS });
}

/** Sends bytes from a place on, as tus does. */
export function patch(
  url: string,
  blob: BlobId,
  ticket: Uint8Array,
  offset: number,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<FileAnswer> {
  return askFile(url, {
    method: 'PATCH',
    path: `/files/${blob}`,
    ticket,
    body,
    headers: {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      ...headers,
    },
  });
}

export function tus(url: string, more: FileRequest): Promise<FileAnswer> {
  return askFile(url, { ...more, headers: { ...TUS, ...more.headers } });
}

/** Asks for room for a file and sends it whole. */
export async function sendFile(
  url: string,
  client: TestClient,
  bytes: Uint8Array,
  room = LOUNGE,
): Promise<BlobId> {
  const blob = newBlob();
  const { ticket } = await client.ask('open_upload', { room, blob, size: bytes.length });
  const { status, body } = await patch(url, blob, ticket, 0, bytes);
  if (status !== 204) throw new Error(`the upload was answered ${status}: ${body}`);
  return blob;
}

/** Downloads a file as whoever this is. */
export async function fetchFile(
  url: string,
  client: TestClient,
  blob: BlobId,
  headers: Record<string, string> = {},
): Promise<FileAnswer> {
  const { ticket } = await client.ask('open_download', { room: LOUNGE, blob });
  return askFile(url, { path: `/files/${blob}`, ticket, headers });
}
