import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { LOUNGE, limits, type Seq } from '@aurora/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryStorage } from '../src/adapters/sqlite/memory.ts';
import { type ServerOptions, startServer } from '../src/server.ts';
import { Device, randomBytes } from './support/keys.ts';
import { joinOver, SocketClient } from './support/socket.ts';

async function start(options: ServerOptions = {}): Promise<string> {
  const server = await startServer({ port: 0, storage: memoryStorage(), 'log-level': 'silent', ...options });
  onTestFinished(() => server.stop());
  return server.url;
}

function clientOf(...args: ConstructorParameters<typeof SocketClient>): SocketClient {
  const client = new SocketClient(...args);
  onTestFinished(() => client.socket.terminate());
  return client;
}

describe('real sockets', () => {
  it('Ada and Bo talk', async () => {
    const url = await start();
    const ada = await joinOver(url, new Device('Ada'));
    const bo = await joinOver(url, new Device('Bo'));
    await ada.append('hello');
    await bo.until(() => bo.texts[0]);
    await bo.append('hello yourself');
    await ada.until(() => ada.texts[1]);
    expect(ada.texts).toEqual(['hello', 'hello yourself']);
    ada.line?.close();
    bo.line?.close();
  });

  it('[TR1] who does not offer the subprotocol is refused with 400, another path with 404', async () => {
    const url = await start();
    expect(await clientOf(url, { protocol: '' }).refused()).toBe(400);
    expect(await clientOf(url, { protocol: 'chat' }).refused()).toBe(400);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /other HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    const [head] = await new Promise<string[]>((resolve) => {
      socket.once('data', (data) => resolve(String(data).split('\r\n')));
    });
    expect(head).toBe('HTTP/1.1 404 Not Found');
    socket.destroy();
  });

  it('[TR4] a foreign origin, a likeness, another port, and none are refused with 403', async () => {
    const url = await start();
    for (const origin of ['https://evil.example', `${url}.evil.example`, `${url}1`, 'null', '']) {
      expect(await clientOf(url, { origin }).refused()).toBe(403);
    }
  });

  it('[TR10] a page whose name was made to lead here is refused with 403, unless that name is told', async () => {
    const from = (port: string, host: string) => {
      const origin = `http://${host}:${port}`;
      return { origin, host: `${host}:${port}` };
    };
    const { port } = new URL(await start());
    const client = clientOf(`http://127.0.0.1:${port}`, from(port, 'rebound.example'));
    expect(await client.refused()).toBe(403);
    await clientOf(`http://127.0.0.1:${port}`, from(port, 'a.localhost')).event('hello');
    const named = new URL(await start({ origin: ['http://chat.lan'] })).port;
    const page = { origin: 'http://chat.lan', host: 'chat.lan' };
    await clientOf(`http://127.0.0.1:${named}`, page).event('hello');
  });

  it('[TR4] with --origin only that one is served, and with --allow-no-origin programs are', async () => {
    const url = await start({ origin: ['https://chat.example'], 'allow-no-origin': true });
    expect(await clientOf(url).refused()).toBe(403);
    await clientOf(url, { origin: 'https://chat.example' }).auth(new Device('Ada'));
    const program = clientOf(url, { origin: '' });
    await program.event('hello');
  });

  it('[LM3] who does not answer a close, or a refusal, is not waited for', async () => {
    const url = await start({ 'auth-timeout': 0.1, 'sockets-per-address': 1 });
    const { host } = new URL(url);
    const upgrade = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${url}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nSec-WebSocket-Protocol: aurora.1\r\n\r\n`;
    for (const path of ['/socket', '/other']) {
      const rude = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
      onTestFinished(() => void rude.destroy());
      rude.write(upgrade(path));
      rude.resume();
      let reset = false;
      rude.on('error', () => {
        reset = true;
      });
      await new Promise((resolve) => rude.once('end', resolve));
      // Only a peer that has let the connection go resets what comes after.
      while (!reset) {
        rude.write('x');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await clientOf(url).event('hello');
  });

  it('[LM3] connections of one address are bounded before they say anything', async () => {
    const url = await start({ 'sockets-per-address': 1 });
    const silent = Array.from({ length: 66 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
    onTestFinished(() => {
      for (const one of silent) one.destroy();
    });
    const dropped = silent.map((one) => new Promise((resolve) => one.once('close', resolve)));
    await Promise.race(dropped);
    expect(silent.filter(({ destroyed }) => !destroyed).length).toBe(65);
  });

  it('[TR2] a text message ends the session with 4000', async () => {
    const url = await start();
    const client = clientOf(url);
    await client.event('hello');
    client.socket.send('hello');
    expect(await client.end()).toBe(4000);
  });

  it('[TR5] a message of more than 128 KiB ends the socket with 1009, and only that one', async () => {
    const url = await start();
    const ada = await joinOver(url, new Device('Ada'));
    const eve = clientOf(url);
    await eve.event('hello');
    eve.socket.send(new Uint8Array(limits.message + 1));
    expect(await eve.end()).toBe(1009);
    const mallory = clientOf(url);
    await mallory.event('hello');
    mallory.socket.send(new Uint8Array(10 * 1024 * 1024));
    expect(await mallory.end()).toBe(1009);
    await ada.append('unharmed');
    ada.line?.close();
  });

  it('[TR9] garbage below WebSocket ends that socket, and only that one', async () => {
    const url = await start();
    const ada = await joinOver(url, new Device('Ada'));
    const eve = clientOf(url);
    await eve.event('hello');
    const raw = connect(Number(new URL(url).port), '127.0.0.1');
    raw.on('error', () => {});
    raw.resume();
    raw.write(randomBytes(4096));
    await new Promise((resolve) => raw.once('close', resolve));
    eve.socket.send(randomBytes(100));
    expect(await eve.end()).toBe(4000);
    await ada.append('unharmed');
    ada.line?.close();
  });

  it('[LM5] who stops reading is closed, while Ada and Bo go on', async () => {
    const url = await start({ 'append-burst': 10_000 });
    const slow = await joinOver(url, new Device('Slow'));
    const ada = await joinOver(url, new Device('Ada'));
    slow.socket.pause();
    const frame = randomBytes(100 * 1024);
    for (let n = 0; n < 200; n += 1) await ada.append('', { frame });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('aurora_closes_total{reason="slow_reader"} 1');
    slow.socket.resume();
    expect([4200, 1006]).toContain(await slow.end());
    ada.line?.close();
  }, 60_000);

  it('[OP10] a long history comes in pages that a slow line can bear', async () => {
    const url = await start();
    const ada = await joinOver(url, new Device('Ada'));
    const frame = randomBytes(limits.frame);
    for (let n = 0; n < 12; n += 1) await ada.append('', { frame });
    let seq = 0;
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const page = await ada.ask('read', {
        room: LOUNGE,
        side: 'after',
        seq: seq as Seq,
        limit: 200,
        handshakes: false,
      });
      seq = page.entries.at(-1)?.seq ?? seq;
      more = page.more;
    }
    expect([seq, pages]).toEqual([12, 6]);
    ada.line?.close();
  });

  it('[CB6] a stop is announced and closes with 4100', async () => {
    const server = await startServer({ port: 0, storage: memoryStorage(), 'log-level': 'silent' });
    const ada = await joinOver(server.url, new Device('Ada'));
    const stopped = server.stop();
    await ada.event('goaway');
    expect(await ada.end()).toBe(4100);
    await stopped;
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('counts a proxy’s clients by their own addresses only when told to trust it', async () => {
    const trusting = await start({ 'trust-proxy': true, 'sockets-per-address': 1 });
    const url = trusting.replace('http', 'ws');
    const { WebSocket } = await import('ws');
    const from = (address: string) =>
      new Promise<number | 'hello'>((resolve) => {
        const socket = new WebSocket(`${url}/socket`, ['aurora.1'], {
          origin: trusting,
          headers: { 'x-forwarded-for': `1.2.3.4, ${address}` },
        });
        onTestFinished(() => socket.terminate());
        socket.once('message', () => resolve('hello'));
        socket.once('close', resolve);
      });
    expect(await from('192.0.2.1')).toBe('hello');
    expect(await from('192.0.2.2')).toBe('hello');
    expect(await from('192.0.2.1')).toBe(4102);
  });

  it('speaks TLS when it is given a certificate', async () => {
    const { execFileSync } = await import('node:child_process');
    const { temporaryFolder } = await import('./support/folder.ts');
    const folder = temporaryFolder();
    const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
    const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes', '-newkey', 'ed25519'];
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const url = await start({ 'tls-cert': cert, 'tls-key': key });
    expect(url).toMatch(/^https:/);
    const { request } = await import('node:https');
    const headers = await new Promise<NodeJS.Dict<string | string[]>>((resolve, reject) => {
      request(`${url}/health`, { ca: readFileSync(cert), servername: 'localhost' }, (response) => {
        response.resume();
        resolve(response.headers);
      })
        .on('error', reject)
        .end();
    });
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    const { WebSocket } = await import('ws');
    const named = url.replace('127.0.0.1', 'localhost');
    const socket = new WebSocket(`${named.replace('https', 'wss')}/socket`, ['aurora.1'], {
      origin: named,
      ca: readFileSync(cert),
    });
    await new Promise((resolve, reject) => {
      socket.once('message', resolve);
      socket.once('error', reject);
    });
    socket.terminate();
  });
});
