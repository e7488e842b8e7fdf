import { describe, expect, it } from 'vitest';
import { noCycles } from '../check/cycles.ts';
import { dependencyRule } from '../check/dependencies.ts';
import { layerRule } from '../check/layers.ts';
import { planted } from './planted.ts';

describe('the dependency rule', () => {
  it.each([
    ['apps/server/src/core/a.ts', "import { open } from '@aurora/crypto';"],
    ['apps/server/test/a.test.ts', "import type { Key } from '@aurora/crypto';"],
    ['apps/server/src/main.ts', "await import('@aurora/crypto');"],
    ['apps/server/src/main.ts', "let key: import('@aurora/crypto').Key;"],
    ['apps/server/src/main.ts', "export * from '../../../packages/crypto/src/index.ts';"],
    ['packages/protocol/src/a.ts', "import '@aurora/chat';"],
    ['packages/crypto/src/a.ts', "import '@aurora/chat';"],
    ['packages/chat/src/a.ts', "import '@aurora/web';"],
    ['apps/web/src/A.svelte', '<script lang="ts">\n  import { seal } from "@aurora/crypto";\n</script>'],
    ['packages/chat/src/a.ts', "import { x } from '@noble/hashes/sha2.js';"],
    ['apps/web/src/a.ts', "import '@hpke/core';"],
    ['test/a.test.ts', "import 'ts-mls';"],
  ])('refuses, in %s: %s', async (path, text) => {
    expect(await dependencyRule.run(planted({ [path]: text }))).toEqual([expect.stringContaining(path)]);
  });

  it('lets each package use what is inside of it', async () => {
    const root = planted({
      'packages/crypto/src/a.ts': "import '@aurora/protocol'; import '@hpke/core'; import './b.ts';",
      'packages/chat/src/a.ts': "import '@aurora/protocol'; import '@aurora/crypto';",
      'apps/web/src/a.ts': "import '@aurora/chat/view'; import 'svelte';",
      'apps/server/src/a.ts': "import '@aurora/protocol'; import 'ws';",
    });
    expect(await dependencyRule.run(root)).toEqual([]);
  });

  it('tells the line of a component', async () => {
    const root = planted({
      'apps/web/src/A.svelte': '<p>hello</p>\n<script>\n  import "@aurora/crypto";\n</script>',
    });
    expect(await dependencyRule.run(root)).toEqual([expect.stringContaining('A.svelte:3 ')]);
  });
});

describe('the layers of the relay and the client', () => {
  it.each([
    ['apps/server/src/core/a.ts', "import { b } from '../adapters/b.ts';"],
    ['packages/chat/src/engine/a.ts', "import type { B } from '../adapters/b.ts';"],
    ['apps/server/src/ports/a.ts', "import { b } from '../main.ts';"],
    ['packages/chat/src/adapters/a.ts', "export { b } from '../index.ts';"],
  ])('refuse an import outwards, in %s: %s', async (path, text) => {
    expect(await layerRule.run(planted({ [path]: text }))).toEqual([expect.stringContaining(path)]);
  });

  it('allow imports inwards', async () => {
    const root = planted({
      'apps/server/src/main.ts': "import './adapters/a.ts'; import './core/b.ts';",
      'apps/server/src/adapters/a.ts': "import '../core/b.ts'; import './c.ts';",
    });
    expect(await layerRule.run(root)).toEqual([]);
  });
});

describe('cycles', () => {
  it('are found, however long, and told from end to end', async () => {
    const root = planted({
      'packages/chat/src/a.ts': "import './b.ts';",
      'packages/chat/src/b.ts': "import { type C } from './c.ts';",
      'packages/chat/src/c.ts': "export * from './a.ts';",
    });
    const [cycle, ...others] = await noCycles.run(root);
    expect(cycle).toMatch(/a\.ts → .*b\.ts → .*c\.ts → .*a\.ts$/);
    expect(others).toEqual([]);
  });

  it('are not what types make of each other', async () => {
    const root = planted({
      'test/a.ts': "import './b.ts';",
      'test/b.ts': "import type { A } from './a.ts';",
    });
    expect(await noCycles.run(root)).toEqual([]);
  });

  it('are not what two ways to one file make', async () => {
    const root = planted({
      'test/a.ts': "import './b.ts'; import './c.ts';",
      'test/b.ts': "import './c.ts';",
      'test/c.ts': '',
    });
    expect(await noCycles.run(root)).toEqual([]);
  });
});
