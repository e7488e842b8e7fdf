import { readdirSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { type BlobId, LOUNGE } from '@aurora/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { StorageError } from '../src/ports/storage-error.ts';
import { type ServerOptions, startServer } from '../src/server.ts';
import { newBlob } from './support/blobs.ts';
import { askFile, fetchFile, headOf, patch, sendFile, tus } from './support/files.ts';
import { temporaryFolder } from './support/folder.ts';
import { Device, randomBytes } from './support/keys.ts';
import { RelayProcess } from './support/process.ts';
import { joinOver } from './support/socket.ts';

async function start(options: ServerOptions = {}): Promise<string> {
  const server = await startServer({
    port: 0,
    'data-dir': temporaryFolder(),
    'leave-free': 0,
    'log-level': 'silent',
    ...options,
  });
  onTestFinished(() => server.stop());
  return server.url;
}

async function scene(options: ServerOptions = {}) {
  const url = await start(options);
  const ada = await joinOver(url, new Device('Ada'));
  const bo = await joinOver(url, new Device('Bo'));
  return { url, ada, bo };
}

async function opened(options: ServerOptions = {}, size = 100) {
  const world = await scene(options);
  const blob = newBlob();
  const { ticket } = await world.ada.ask('open_upload', { room: LOUNGE, blob, size });
  return { ...world, blob, ticket, size };
}

/** A PATCH that has sent some bytes and says that more will come. */
async function hanging(
  url: string,
  blob: BlobId,
  ticket: Uint8Array,
  some: Uint8Array,
  all: number,
): Promise<ClientRequest> {
  const { hostname, port } = new URL(url);
  const sent = request({
    hostname,
    port,
    path: `/files/${blob}`,
    method: 'PATCH',
    headers: {
      origin: url,
      authorization: `Bearer ${Buffer.from(ticket).toString('base64url')}`,
      'tus-resumable': '1.0.0',
      'content-type': 'application/offset+octet-stream',
      'upload-offset': '0',
      'content-length': String(all),
    },
  });
  sent.on('error', () => {});
  await new Promise<void>((resolve) => sent.write(some, () => resolve()));
  return sent;
}

/** Waits until so many bytes are there, which asking for a ticket tells without ending the upload. */
async function arrived(
  { ada, blob, size }: Awaited<ReturnType<typeof opened>>,
  bytes: number,
): Promise<Uint8Array> {
  for (;;) {
    const { ticket, offset } = await ada.ask('open_upload', { room: LOUNGE, blob, size });
    if (offset === bytes) return ticket;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a file', () => {
  it('[FL7] [FL11] [FL12] goes up in pieces and comes down whole, also in another storage', async () => {
    for (const options of [{}, { storage: memoryStorage() }]) {
      const { url, ada, bo } = await scene(options);
      const bytes = randomBytes(300_000);
      const blob = newBlob();
      const { ticket, offset } = await ada.ask('open_upload', { room: LOUNGE, blob, size: bytes.length });
      expect(offset).toBe(0);
      const first = await patch(url, blob, ticket, 0, bytes.slice(0, 100_000));
      expect([first.status, first.headers['upload-offset']]).toEqual([204, '100000']);
      const head = await headOf(url, blob, ticket);
      expect(head.headers).toMatchObject({
        'upload-offset': '100000',
        'upload-length': '300000',
        'cache-control': 'no-store',
      });
      await expect(bo.ask('open_download', { room: LOUNGE, blob })).rejects.toMatchObject({
        code: 'no_such_blob',
      });
      expect((await patch(url, blob, ticket, 100_000, bytes.slice(100_000))).status).toBe(204);
      await ada.append('sealed', { blobs: [blob] });
      const got = await fetchFile(url, bo, blob);
      expect(got.status).toBe(200);
      expect(Buffer.compare(got.body, bytes)).toBe(0);
    }
  });

  it('[FL7] is made by a POST too, which changes nothing of what is there', async () => {
    const { url, blob, ticket, size } = await opened();
    const bytes = randomBytes(size);
    const post = () =>
      tus(url, { method: 'POST', path: '/files', ticket, headers: { 'upload-length': String(size) } });
    const made = await post();
    expect([made.status, made.headers.location]).toEqual([201, `/files/${blob}`]);
    await patch(url, blob, ticket, 0, bytes.slice(0, 60));
    expect((await post()).status).toBe(201);
    expect((await headOf(url, blob, ticket)).headers['upload-offset']).toBe('60');
  });

  it('[FL7] [FL10] is not begun anew by a POST that brings bytes', async () => {
    const { url, bo, blob, ticket, size } = await opened();
    const bytes = randomBytes(size);
    await patch(url, blob, ticket, 0, bytes.slice(0, 60));
    const type = { 'content-type': 'application/offset+octet-stream' };
    const headers = { ...type, 'upload-length': String(size) };
    const post = await tus(url, { method: 'POST', path: '/files', ticket, headers, body: randomBytes(size) });
    expect(post.status).toBe(409);
    expect((await patch(url, blob, ticket, 60, bytes.slice(60))).status).toBe(204);
    expect(Buffer.compare((await fetchFile(url, bo, blob)).body, bytes)).toBe(0);
  });

  it('[FL7] [FL15] is given up by a DELETE', async () => {
    const { url, ada, blob, ticket, size } = await opened();
    await patch(url, blob, ticket, 0, randomBytes(size));
    expect((await tus(url, { method: 'DELETE', path: `/files/${blob}`, ticket })).status).toBe(204);
    expect((await headOf(url, blob, ticket)).status).toBe(404);
    await expect(ada.ask('open_download', { room: LOUNGE, blob })).rejects.toMatchObject({
      code: 'no_such_blob',
    });
  });

  it.each([
    ['a name', { 'upload-metadata': `filename ${Buffer.from('canary.txt').toString('base64')}` }],
    ['parts', { 'upload-concat': 'partial' }],
    ['no size yet', { 'upload-defer-length': '1' }],
    ['another size', { 'upload-length': '99' }],
  ])('[FL8] that brings %s is refused', async (_what, headers) => {
    const { url, blob, ticket, size } = await opened();
    const length =
      'upload-length' in headers || 'upload-defer-length' in headers ? {} : { 'upload-length': String(size) };
    const post = await tus(url, {
      method: 'POST',
      path: '/files',
      ticket,
      headers: { ...length, ...headers },
    });
    expect(post.status).toBe(400);
    expect((await patch(url, blob, ticket, 0, randomBytes(size), headers)).status).toBe(400);
    expect((await headOf(url, blob, ticket)).headers['upload-offset']).toBe('0');
  });

  it('[FL9] never grows past its size, whether a request says how long it is or not', async () => {
    const { url, ada, bo, blob, ticket, size } = await opened();
    expect((await patch(url, blob, ticket, 0, randomBytes(size + 1))).status).toBe(413);
    expect((await headOf(url, blob, ticket)).headers['upload-offset']).toBe('0');
    const { hostname, port } = new URL(url);
    const status = await new Promise((resolve) => {
      const sent = request(
        {
          hostname,
          port,
          path: `/files/${blob}`,
          method: 'PATCH',
          headers: {
            origin: url,
            authorization: `Bearer ${Buffer.from(ticket).toString('base64url')}`,
            'tus-resumable': '1.0.0',
            'content-type': 'application/offset+octet-stream',
            'upload-offset': '0',
            'transfer-encoding': 'chunked',
          },
        },
        (response) => resolve(response.statusCode),
      );
      sent.on('error', () => {});
      for (let n = 0; n < 20; n += 1) sent.write(randomBytes(50));
      sent.end();
    });
    expect(status).toBe(413);
    const { offset } = await ada.ask('open_upload', { room: LOUNGE, blob, size });
    expect(offset).toBeLessThanOrEqual(size);
    const other = await sendFile(url, bo, randomBytes(10));
    expect((await fetchFile(url, ada, other)).body).toHaveLength(10);
  });

  it('[FL10] whose connection breaks keeps what had come, and goes on from there', async () => {
    const world = await opened({}, 1000);
    const { url, bo, blob } = world;
    const bytes = randomBytes(1000);
    const sent = await hanging(url, blob, world.ticket, bytes.slice(0, 400), 1000);
    const ticket = await arrived(world, 400);
    sent.destroy();
    expect((await headOf(url, blob, ticket)).headers['upload-offset']).toBe('400');
    expect((await patch(url, blob, ticket, 400, bytes.slice(400))).status).toBe(204);
    expect(Buffer.compare((await fetchFile(url, bo, blob)).body, bytes)).toBe(0);
  });

  it('[FL10] goes on by a second request though the first hangs, and at no other offset', async () => {
    const world = await opened({}, 1000);
    const { url, bo, blob, ticket } = world;
    const bytes = randomBytes(1000);
    const first = await hanging(url, blob, ticket, bytes.slice(0, 400), 1000);
    await arrived(world, 400);
    for (const offset of [0, 399, 401, 1000])
      expect((await patch(url, blob, ticket, offset, bytes.slice(offset))).status).toBe(409);
    expect((await patch(url, blob, ticket, 400, bytes.slice(400))).status).toBe(204);
    first.destroy();
    expect(Buffer.compare((await fetchFile(url, bo, blob)).body, bytes)).toBe(0);
  });

  it('[FL10] sent twice at once is one file', async () => {
    const { url, ada, bo, blob, ticket, size } = await opened({}, 1_000_000);
    const bytes = randomBytes(size);
    const answers = await Promise.all(
      [1, 2, 3].map(() => patch(url, blob, ticket, 0, bytes).catch(() => null)),
    );
    for (const answer of answers) expect([204, 409, 423, undefined]).toContain(answer?.status);
    const { offset } = await ada.ask('open_upload', { room: LOUNGE, blob, size });
    if (offset < size) expect((await patch(url, blob, ticket, offset, bytes.slice(offset))).status).toBe(204);
    expect(Buffer.compare((await fetchFile(url, bo, blob)).body, bytes)).toBe(0);
  });

  it('[FL11] is whole, and its sender told so, only once that is on disk', async () => {
    const storage = memoryStorage();
    let broken = true;
    const complete: typeof storage.blobRecords.complete = async (blob) => {
      if (broken) throw new StorageError('failed', 'the database is away');
      return storage.blobRecords.complete(blob);
    };
    const blobRecords = { ...storage.blobRecords, complete };
    const { url, bo, blob, ticket, size } = await opened({ storage: { ...storage, blobRecords } });
    expect((await patch(url, blob, ticket, 0, randomBytes(size))).status).toBe(500);
    await expect(bo.ask('open_download', { room: LOUNGE, blob })).rejects.toMatchObject({
      code: 'no_such_blob',
    });
    broken = false;
    expect((await headOf(url, blob, ticket)).headers['upload-offset']).toBe(String(size));
    expect((await fetchFile(url, bo, blob)).body).toHaveLength(size);
  });

  it('[FL17] is stopped when the disk runs short, and goes on once there is space', async () => {
    const storage = memoryStorage();
    let short = true;
    const blobs = {
      ...storage.blobs,
      async append(...[blob, bytes]: Parameters<typeof storage.blobs.append>) {
        async function* some() {
          for await (const part of bytes) {
            yield part.subarray(0, 40);
            if (short) throw new StorageError('full', 'no space');
            yield part.subarray(40);
          }
        }
        return storage.blobs.append(blob, some());
      },
    };
    const { url, ada, bo, blob, ticket, size } = await opened({ storage: { ...storage, blobs } });
    const bytes = randomBytes(size);
    const stopped = await patch(url, blob, ticket, 0, bytes);
    expect([stopped.status, String(stopped.body)]).toEqual([507, expect.stringContaining('no space left')]);
    expect(await ada.ask('open_upload', { room: LOUNGE, blob, size })).toMatchObject({ offset: 40 });
    short = false;
    expect((await patch(url, blob, ticket, 40, bytes.slice(40))).status).toBe(204);
    expect(Buffer.compare((await fetchFile(url, bo, blob)).body, bytes)).toBe(0);
  });
});

describe('a part of a file', () => {
  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=90-', 90, 99],
    ['bytes=95-1000', 95, 99],
    ['bytes=-7', 93, 99],
    ['bytes=-1000', 0, 99],
    ['BYTES=0-99', 0, 99],
  ])('[FL12] is what %s asks for', async (range, from, to) => {
    const { url, ada } = await scene();
    const bytes = randomBytes(100);
    const { status, headers, body } = await fetchFile(url, ada, await sendFile(url, ada, bytes), { range });
    expect([status, headers['content-range'], headers['content-length']]).toEqual([
      206,
      `bytes ${from}-${to}/100`,
      String(to - from + 1),
    ]);
    expect(Buffer.compare(body, bytes.slice(from, to + 1))).toBe(0);
  });

  it('[FL12] that is none, or several, is refused; of another unit it is all', async () => {
    const { url, ada } = await scene();
    const blob = await sendFile(url, ada, randomBytes(100));
    const wrong = [
      'bytes=100-',
      'bytes=5-4',
      'bytes=-0',
      'bytes=-',
      'bytes=',
      'bytes',
      'bytes=0-1,3-4',
      'bytes=x-1',
      'bytes=-5-9',
      'bytes=1e1-',
      `bytes=0-${'9'.repeat(30)}`,
    ];
    for (const range of wrong) {
      const { status, headers } = await fetchFile(url, ada, blob, { range });
      expect([range, status, headers['content-range']]).toEqual([range, 416, 'bytes */100']);
    }
    expect((await fetchFile(url, ada, blob, { range: 'lines=1-2' })).status).toBe(200);
  });

  it('[FL12] can be asked about without its bytes, and is for no cache, no guessing and no other origin', async () => {
    const { url, ada } = await scene();
    const blob = await sendFile(url, ada, randomBytes(100));
    const { ticket } = await ada.ask('open_download', { room: LOUNGE, blob });
    const { status, headers, body } = await askFile(url, { method: 'HEAD', path: `/files/${blob}`, ticket });
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers).toMatchObject({
      'content-length': '100',
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('a relay that is killed', () => {
  it('[FL3] [FL10] midway through an upload goes on where it was, with a new ticket', async () => {
    const folder = temporaryFolder();
    const args = ['--port', '0', '--data-dir', folder, '--leave-free', '0'];
    const bytes = randomBytes(3_000_000);
    const device = new Device('Ada');
    const first = new RelayProcess(args);
    const before = await first.url();
    const ada = await joinOver(before, device);
    const blob = newBlob();
    const { ticket } = await ada.ask('open_upload', { room: LOUNGE, blob, size: bytes.length });
    await hanging(before, blob, ticket, bytes.slice(0, 1_500_000), bytes.length);
    await arrived({ url: before, ada, bo: ada, blob, ticket, size: bytes.length }, 1_500_000);
    await first.kill();
    const second = new RelayProcess(args);
    onTestFinished(() => second.kill());
    const url = await second.url();
    expect((await headOf(url, blob, ticket)).status).toBe(401);
    const again = await joinOver(url, device);
    const upload = await again.ask('open_upload', { room: LOUNGE, blob, size: bytes.length });
    expect(upload.offset).toBe(1_500_000);
    expect((await patch(url, blob, upload.ticket, 1_500_000, bytes.slice(1_500_000))).status).toBe(204);
    expect(Buffer.compare((await fetchFile(url, again, blob)).body, bytes)).toBe(0);
    await second.kill();
    const third = new RelayProcess(args);
    onTestFinished(() => third.kill());
    const last = await third.url();
    const reader = await joinOver(last, device);
    expect(Buffer.compare((await fetchFile(last, reader, blob)).body, bytes)).toBe(0);
  }, 60_000);

  it('[FL3] behind the last byte, before it noted that, notes it when it is asked', async () => {
    const storage = memoryStorage();
    const { url, ada } = await scene({ storage });
    const [blob, size] = [newBlob(), 10];
    await ada.ask('open_upload', { room: LOUNGE, blob, size });
    async function* all() {
      yield randomBytes(size);
    }
    await storage.blobs.append(blob, all());
    const { offset } = await ada.ask('open_upload', { room: LOUNGE, blob, size });
    expect(offset).toBe(size);
    expect((await fetchFile(url, ada, blob)).status).toBe(200);
  });
});

describe('a download', () => {
  it('[FL12] of bytes that are not all there breaks off, and is not taken for whole', async () => {
    const storage = memoryStorage();
    const { url, ada } = await scene({ storage });
    const blob = await sendFile(url, ada, randomBytes(100));
    const { ticket } = await ada.ask('open_download', { room: LOUNGE, blob });
    await storage.blobs.drop(blob);
    const asked = Date.now();
    await expect(askFile(url, { path: `/files/${blob}`, ticket })).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    // At once, and not when the connection has been idle for long enough.
    expect(Date.now() - asked).toBeLessThan(3000);
  });

  it('[FL12] that its reader leaves lets go of the file, and the next one is whole', async () => {
    const { url, ada } = await scene({ settings: { fileRequestsPerAddress: 1 } });
    const bytes = randomBytes(3_000_000);
    const blob = await sendFile(url, ada, bytes);
    const { ticket } = await ada.ask('open_download', { room: LOUNGE, blob });
    const { hostname, port } = new URL(url);
    for (let n = 0; n < 3; n += 1) {
      const authorization = `Bearer ${Buffer.from(ticket).toString('base64url')}`;
      await new Promise<void>((resolve) => {
        const asked = request(
          { hostname, port, path: `/files/${blob}`, headers: { authorization } },
          (response) => response.once('data', () => response.destroy()).once('close', () => resolve()),
        );
        asked.on('error', () => {});
        asked.end();
      });
      let answer = await askFile(url, { path: `/files/${blob}`, ticket });
      // The relay hears a moment later that the reader has gone.
      while (answer.status === 429) answer = await askFile(url, { path: `/files/${blob}`, ticket });
      expect(Buffer.compare(answer.body, bytes)).toBe(0);
    }
  });
});

describe('what is on the disk', () => {
  it('[FL8] is a file by its id and no name anywhere', async () => {
    const folder = temporaryFolder();
    const { url, ada } = await scene({ 'data-dir': folder });
    const blob = await sendFile(url, ada, randomBytes(10));
    expect(readdirSync(join(folder, 'blobs'))).toEqual([blob]);
  });
});
