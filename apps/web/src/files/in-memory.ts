import type { Failure } from '@aurora/chat/view';
import type { Bytes } from '@aurora/protocol';
import type { Reading } from './reading.ts';

/** What a device of today can hold twice. */
const MOST = 256 * 1024 * 1024;
/** Time enough for a browser to begin to save. */
const KEPT = 60_000;

const TOO_LARGE: Failure = {
  code: 'too_large_here',
  message:
    'This browser lets Aurora save files of up to 256 MB only: it is a private window, or set to keep nothing of this site. Allow the site to store data, reload, and save the file again.',
};

/** Saves a file by way of the memory, for browsers that refuse the service worker. */
export async function saveInMemory(reading: Reading): Promise<void> {
  if (reading.size > MOST) {
    reading.close();
    throw TOO_LARGE;
  }
  const chunks: Bytes[] = [];
  for await (const bytes of reading) chunks.push(bytes);
  const url = URL.createObjectURL(new Blob(chunks, { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = reading.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
