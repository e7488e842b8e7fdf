import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { type ServerOptions, startServer } from '../src/server.ts';
import { temporaryFolder } from './support/folder.ts';
import { Device } from './support/keys.ts';
import { joinOver } from './support/socket.ts';

const SCRIPT = 'console.log("aurora");'.repeat(50);

function page(): string {
  const folder = temporaryFolder();
  const web = join(folder, 'dist');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(web, 'index.html'), '<!doctype html>');
  const script = join(web, 'assets', 'index-B7nYx2kQ.js');
  writeFileSync(script, SCRIPT);
  writeFileSync(`${script}.br`, brotliCompressSync(SCRIPT));
  writeFileSync(`${script}.gz`, gzipSync(SCRIPT));
  return web;
}

async function start(options: ServerOptions = {}): Promise<string> {
  const server = await startServer({
    port: 0,
    storage: memoryStorage(),
    'log-level': 'silent',
    'web-dir': page(),
    ...options,
  });
  onTestFinished(() => server.stop());
  return server.url;
}

/** As fetch, but with the path as it stands: fetch would tidy it. */
function raw(url: string, path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve([response.statusCode ?? 0, body]));
    })
      .on('error', reject)
      .end();
  });
}

describe('the page', () => {
  it('comes with a policy that lets nothing foreign in, on every answer', async () => {
    const url = await start();
    for (const path of ['/', '/nothing', '/health', '/assets/index-B7nYx2kQ.js']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html aurora-worker",
      );
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBeNull();
    }
  });

  it('is asked for anew each time, but not sent when it is the same; hashed files are kept for ever', async () => {
    const url = await start();
    const index = await fetch(url);
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const etag = index.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const script = await fetch(`${url}/assets/index-B7nYx2kQ.js`);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', null],
  ])('for a browser that takes %s comes as %s', async (accepted, encoding) => {
    const url = await start();
    const answer = await fetch(`${url}/assets/index-B7nYx2kQ.js`, {
      headers: { 'accept-encoding': accepted },
    });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await answer.text()).toBe(SCRIPT);
  });

  it('leads no path out of its folder', async () => {
    const url = await start();
    const paths = [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/../../secret.txt',
      '/..%2fsecret.txt',
      '//etc/passwd',
    ];
    for (const path of paths) expect(await raw(url, path)).toEqual([404, 'Not found.']);
    for (const path of ['/assets', '/assets/', '/index.html.br', '/lounge'])
      expect((await raw(url, path))[0]).toBe(404);
  });

  it('takes no other verbs', async () => {
    const url = await start();
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('that is not built says how to build it', async () => {
    const url = await start({ 'web-dir': '/nowhere' });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm start')]);
  });
});

describe('lines for programs', () => {
  it('[TR10] are not for a page whose name only leads here, which gets the page and nothing else', async () => {
    const url = await start();
    const { port } = new URL(url);
    for (const path of ['/health', '/lounge.json', '/metrics']) {
      const [status, body] = await raw(url, path, { host: `rebound.example:${port}` });
      expect([status, body]).toEqual([421, expect.stringContaining('--origin')]);
    }
    expect(await raw(url, '/', { host: `chat.lan:${port}` })).toEqual([200, '<!doctype html>']);
    const own = [
      'localhost',
      `localhost:${port}`,
      `a.localhost:${port}`,
      '192.0.2.1',
      `[2001:db8::1]:${port}`,
    ];
    for (const host of own) expect((await raw(url, '/health', { host }))[0]).toBe(200);
    for (const host of ['localhost.evil.example', 'evil-localhost', '1.2.3.4.evil.example'])
      expect((await raw(url, '/health', { host }))[0]).toBe(421);
  });

  it('says how many are in the Lounge', async () => {
    const url = await start();
    const ada = await joinOver(url, new Device('Ada'));
    expect(await (await fetch(`${url}/lounge.json`)).json()).toEqual({ people: 1 });
    ada.line?.close();
  });

  it('is healthy, and says so when the log fails', async () => {
    const storage = memoryStorage();
    const log = { ...storage.log };
    const url = await start({ storage: { ...storage, log } });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    log.head = () => Promise.reject(new Error('gone'));
    const sick = await fetch(`${url}/health`);
    expect([sick.status, await sick.json()]).toEqual([503, { status: 'failing' }]);
  });

  it('counts sessions, appends, deliveries and refusals, and tells nobody behind a proxy', async () => {
    const url = await start();
    const ada = await joinOver(url, new Device('Ada'));
    await ada.append('x');
    await expect(ada.append('x', { epoch: 9 as never })).rejects.toMatchObject({ code: 'stale_epoch' });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('aurora_sessions 1');
    expect(text).toContain('aurora_appends_total 1');
    expect(text).toContain('aurora_refusals_total{code="stale_epoch"} 1');
    expect(text).toMatch(/aurora_deliveries_total [1-9]/);
    expect(text).not.toContain('Ada');
    expect((await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(404);
    ada.line?.close();
  });
});
