import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { BlobId } from '@aurora/protocol';
import type { FileDesk } from '../../core/files/file-desk.ts';
import type { ByteStream } from '../../ports/blobs.ts';
import { rangeOf } from './range.ts';
import { respond } from './respond.ts';

/** Fails where fewer bytes come than were promised: an answer that only ends would be taken for the next one's beginning. */
async function* exactly(bytes: ByteStream, length: number): ByteStream {
  let left = length;
  for await (const part of bytes) {
    left -= part.length;
    yield part;
  }
  if (left !== 0) throw new Error('a file is shorter than its record says');
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** A whole blob, or the part of it that is asked for. SPEC [FL12]. Rejects when it cannot be sent to its end. */
export async function download(
  files: FileDesk,
  blob: BlobId,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const record = await files.whole(blob);
  if (record === undefined)
    return respond(response, { status: 404, type: 'text/plain', body: 'There is no such file.' });
  const { size } = record;
  const range = rangeOf(request.headers.range, size);
  if (range === null) {
    response.setHeader('Content-Range', `bytes */${size}`);
    return respond(response, { status: 416, type: 'text/plain', body: 'There is no such part.' });
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': 'attachment',
    'Content-Length': last - first + 1,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${first}-${last}/${size}` }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await pipeline(exactly(files.read(blob, first, last), last - first + 1), response);
  } catch (error) {
    // Whoever went away is no fault of ours.
    if (!isGone(error)) throw error;
  }
}
