import { connect } from 'node:net';
import { LOUNGE } from '@aurora/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { type ServerOptions, startServer } from '../src/server.ts';
import { newBlob } from './support/blobs.ts';
import { askFile, headOf, patch, sendFile, tus } from './support/files.ts';
import { Device, randomBytes } from './support/keys.ts';
import { joinOver, SocketClient } from './support/socket.ts';

async function scene(options: ServerOptions = {}) {
  const server = await startServer({ port: 0, storage: memoryStorage(), 'log-level': 'silent', ...options });
  onTestFinished(() => server.stop());
  const { url } = server;
  const origin = options.origin?.[0] ?? url;
  const ada = new SocketClient(url, { origin });
  await ada.auth(new Device('Ada'));
  await ada.join();
  const up = async (size = 10) => {
    const blob = newBlob();
    return { blob, ...(await ada.ask('open_upload', { room: LOUNGE, blob, size })) };
  };
  return { url, ada, up };
}

/** What a raw socket is answered, until it is closed or enough has come. */
function raw(
  url: string,
  text: string,
): Promise<{ answer: string; closed: boolean; socket: ReturnType<typeof connect> }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (part) => {
      answer += part;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve({ answer, closed: true, socket }));
    socket.write(text);
  });
}

describe('without a ticket', () => {
  it('[FL6] that stands nothing is given, nothing taken and nothing made', async () => {
    const { url, ada, up } = await scene();
    const { blob } = await up();
    const whole = await sendFile(url, ada, randomBytes(10));
    for (const ticket of [undefined, randomBytes(32), randomBytes(31), randomBytes(0)]) {
      const asks = [
        askFile(url, { path: `/files/${whole}`, ticket }),
        askFile(url, { method: 'HEAD', path: `/files/${whole}`, ticket }),
        tus(url, { method: 'POST', path: '/files', ticket, headers: { 'upload-length': '10' } }),
        tus(url, { method: 'DELETE', path: `/files/${whole}`, ticket }),
        patch(url, blob, ticket ?? new Uint8Array(0), 0, randomBytes(10)),
      ];
      for (const { status, headers } of await Promise.all(asks))
        expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    }
    const { ticket } = await ada.ask('open_download', { room: LOUNGE, blob: whole });
    const wrong = [
      '',
      'Basic x',
      Buffer.from(ticket).toString('base64url'),
      `Bearer ${Buffer.from(ticket).toString('hex')}`,
    ];
    for (const authorization of wrong)
      expect((await askFile(url, { path: `/files/${whole}`, headers: { authorization } })).status).toBe(401);
  });

  it('[FL6] for this blob and direction neither', async () => {
    const { url, ada, up } = await scene();
    const [one, other] = [await up(), await up()];
    expect((await patch(url, other.blob, one.ticket, 0, randomBytes(10))).status).toBe(403);
    expect((await headOf(url, other.blob, one.ticket)).status).toBe(403);
    expect((await askFile(url, { path: `/files/${one.blob}`, ticket: one.ticket })).status).toBe(403);
    const whole = await sendFile(url, ada, randomBytes(10));
    const { ticket } = await ada.ask('open_download', { room: LOUNGE, blob: whole });
    expect((await askFile(url, { path: `/files/${one.blob}`, ticket })).status).toBe(403);
    for (const method of ['PATCH', 'DELETE'])
      expect((await tus(url, { method, path: `/files/${whole}`, ticket })).status).toBe(403);
    expect(
      (await tus(url, { method: 'POST', path: '/files', ticket, headers: { 'upload-length': '10' } })).status,
    ).toBe(403);
  });

  it('[FL5] [FL6] of this run: one that is over is none', async () => {
    const { url, up } = await scene({ settings: { ticketLife: 50 } });
    const { blob, ticket } = await up();
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect((await patch(url, blob, ticket, 0, randomBytes(10))).status).toBe(401);
  });

  it('[FL4] is whoever holds one for a file that has gone', async () => {
    const { url, ada } = await scene();
    const blob = await sendFile(url, ada, randomBytes(10));
    const { ticket } = await ada.ask('open_download', { room: LOUNGE, blob });
    await ada.ask('drop_blob', { blob });
    expect((await askFile(url, { path: `/files/${blob}`, ticket })).status).toBe(404);
  });
});

describe('a page of another origin', () => {
  it('[FL13] gets nothing, and no word that it might', async () => {
    const { url, ada, up } = await scene();
    const { blob, ticket } = await up();
    const whole = await sendFile(url, ada, randomBytes(10));
    const down = (await ada.ask('open_download', { room: LOUNGE, blob: whole })).ticket;
    for (const origin of ['https://evil.example', `${url}1`, 'null']) {
      const headers = { origin };
      const answers = await Promise.all([
        askFile(url, { path: `/files/${whole}`, ticket: down, headers }),
        askFile(url, { method: 'HEAD', path: `/files/${whole}`, ticket: down, headers }),
        patch(url, blob, ticket, 0, randomBytes(10), headers),
        tus(url, { method: 'POST', path: '/files', ticket, headers: { ...headers, 'upload-length': '10' } }),
        tus(url, { method: 'DELETE', path: `/files/${blob}`, ticket, headers }),
        askFile(url, {
          method: 'OPTIONS',
          path: `/files/${blob}`,
          headers: { ...headers, 'access-control-request-method': 'PATCH' },
        }),
      ]);
      for (const { status, headers: told } of answers) {
        expect(status).toBe(403);
        expect(Object.keys(told).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    }
    const own = await patch(url, blob, ticket, 0, randomBytes(10));
    expect([
      own.status,
      Object.keys(own.headers).filter((name) => name.startsWith('access-control')),
    ]).toEqual([204, []]);
  });

  it('[FL13] [TR10] or of a name that only leads here neither; a named origin is let in', async () => {
    const { url, ada } = await scene();
    const blob = await sendFile(url, ada, randomBytes(10));
    const { ticket } = await ada.ask('open_download', { room: LOUNGE, blob });
    const { port } = new URL(url);
    const host = `rebound.example:${port}`;
    const rebound = await askFile(url, {
      path: `/files/${blob}`,
      ticket,
      headers: { host, origin: `http://${host}` },
    });
    expect(rebound.status).toBe(421);
    const named = await scene({ origin: ['https://chat.example'] });
    const { blob: other, ticket: upward } = await named.up();
    const origin = { origin: 'https://chat.example' };
    expect((await patch(named.url, other, upward, 0, randomBytes(10))).status).toBe(403);
    expect((await patch(named.url, other, upward, 0, randomBytes(10), origin)).status).toBe(204);
  });

  it('[FL13] is what a program without Origin is, but for reading, unless the operator lets it in', async () => {
    for (const [allowed, status] of [
      [false, 403],
      [true, 204],
    ] as const) {
      const { url, up } = await scene({ 'allow-no-origin': allowed });
      const { blob, ticket } = await up();
      const text = `PATCH /files/${blob} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer ${Buffer.from(ticket).toString('base64url')}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789`;
      expect((await raw(url, text)).answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    }
  });
});

describe('an address', () => {
  it('[FL7] outside of what there is leads nowhere', async () => {
    const { url, up } = await scene();
    const { blob, ticket } = await up();
    const answers = [
      ['GET', '/files'],
      ['PUT', `/files/${blob}`],
      ['POST', `/files/${blob}`],
      ['PATCH', '/files'],
    ] as const;
    for (const [method, path] of answers)
      expect((await askFile(url, { method, path, ticket })).status).toBe(405);
    for (const path of [
      '/files/',
      '/files/x',
      `/files/${blob}/x`,
      `/files/${blob.toUpperCase()}f`,
      '/files/..%2f..%2faurora.db',
    ])
      expect((await askFile(url, { path, ticket })).status).toBe(404);
    expect((await askFile(url, { path: `/filesystem/${blob}`, ticket })).status).toBe(404);
  });
});

describe('too much', () => {
  it('[FL18] [LM2] is more requests at once of an address than it may have', async () => {
    const { url, up } = await scene({ settings: { fileRequestsPerAddress: 2, fileIdle: 400 } });
    const files = [await up(100), await up(100), await up(100)];
    const slow = files
      .slice(0, 2)
      .map(({ blob, ticket }) =>
        raw(
          url,
          `PATCH /files/${blob} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nOrigin: ${url}\r\nAuthorization: Bearer ${Buffer.from(ticket).toString('base64url')}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 100\r\n\r\n0123`,
        ),
      );
    const [, , third] = files;
    if (third === undefined) throw new Error('unreachable');
    while ((await headOf(url, third.blob, third.ticket)).status !== 429);
    const refused = await patch(url, third.blob, third.ticket, 0, randomBytes(100));
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '5']);
    for (const { closed } of await Promise.all(slow)) expect(closed).toBe(true);
    expect((await patch(url, third.blob, third.ticket, 0, randomBytes(100))).status).toBe(204);
  });

  it('[LM2] time without a byte cuts an upload, which keeps what had come', async () => {
    const { url, ada, up } = await scene({ settings: { fileIdle: 200 } });
    const { blob, ticket } = await up(100);
    const { answer } = await raw(
      url,
      `PATCH /files/${blob} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nOrigin: ${url}\r\nAuthorization: Bearer ${Buffer.from(ticket).toString('base64url')}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 100\r\n\r\n0123`,
    );
    expect(answer).toBe('');
    expect((await ada.ask('open_upload', { room: LOUNGE, blob, size: 100 })).offset).toBe(4);
  });

  it('[TR9] of a body that nobody asked for is not waited for', async () => {
    const { url } = await scene();
    const host = new URL(url).host;
    const started = Date.now();
    const { answer, closed } = await raw(
      url,
      `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1000000\r\n\r\nx`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(closed).toBe(true);
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

describe('other people', () => {
  it('[FL4] who are in the room have the file, each by a ticket of their own', async () => {
    const { url, ada } = await scene();
    const bo = await joinOver(url, new Device('Bo'));
    const bytes = randomBytes(1000);
    const blob = await sendFile(url, ada, bytes);
    const tickets = await Promise.all(
      [ada, bo].map((one) => one.ask('open_download', { room: LOUNGE, blob })),
    );
    for (const { ticket } of tickets)
      expect(Buffer.compare((await askFile(url, { path: `/files/${blob}`, ticket })).body, bytes)).toBe(0);
  });
});
