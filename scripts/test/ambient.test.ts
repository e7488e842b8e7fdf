import { describe, expect, it } from 'vitest';
import { noAmbient } from '../check/ambient.ts';
import { planted } from './planted.ts';

const inCore = (text: string) => noAmbient.run(planted({ 'packages/chat/src/core/a.ts': text }));

describe('a core', () => {
  it.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const t = Date();',
    'const t = new globalThis.Date();',
    'setTimeout(() => {}, 5);',
    'globalThis.setInterval(tick, 5);',
    'const later = setImmediate;',
    'take({ setTimeout });',
    'const x = Math.random();',
    'crypto.getRandomValues(bytes);',
    'globalThis.crypto.randomUUID();',
    'const t = performance.now();',
    'const signal = AbortSignal.timeout(5);',
    "import { setTimeout as wait } from 'node:timers/promises';",
    "import { randomBytes } from 'node:crypto';",
    "import { performance } from 'node:perf_hooks';",
  ])('may not say: %s', async (text) => {
    expect(await inCore(text)).toEqual([expect.stringContaining('packages/chat/src/core/a.ts:1')]);
  });

  it.each([
    'const day = new Date(at).getDate();',
    'clock.setTimeout(call, 5);',
    'const port = { now: () => 0, setTimeout: arm };',
    'interface Clock { setTimeout(call: () => void): void }',
    "import { createHash } from 'node:crypto';",
    '// Date.now() is for adapters',
    'const half = Math.floor(x / 2);',
  ])('may say: %s', async (text) => {
    expect(await inCore(text)).toEqual([]);
  });

  it('is the relay’s, too', async () => {
    const root = planted({ 'apps/server/src/core/room/a.ts': 'Math.random();' });
    expect(await noAmbient.run(root)).toHaveLength(1);
  });

  it('is not an adapter, the wiring or a test', async () => {
    const root = planted({
      'packages/chat/src/adapters/system.ts': 'Date.now();',
      'apps/server/src/main.ts': 'Date.now();',
      'apps/server/test/a.test.ts': 'Date.now();',
    });
    expect(await noAmbient.run(root)).toEqual([]);
  });
});
