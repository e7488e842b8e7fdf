import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '@aurora/server';
import { serveBench } from './serve.ts';

/** The relay as it is, on a real disk; only the bounds that keep one machine from being a crowd are out of the way. */
const folder = mkdtempSync(join(tmpdir(), 'aurora-bench-relay-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const UNBOUNDED = 1_000_000;

serveBench(async () => {
  const { url } = await startServer({
    host: '127.0.0.1',
    port: 0,
    'data-dir': folder,
    'sockets-per-address': UNBOUNDED,
    'newcomer-burst': UNBOUNDED,
    'append-burst': UNBOUNDED,
    'append-rate': UNBOUNDED,
    'kept-burst': UNBOUNDED,
    'kept-burst-per-address': UNBOUNDED,
  });
  return Number(new URL(url).port);
});
