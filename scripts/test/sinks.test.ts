import { describe, expect, it } from 'vitest';
import { noUnsafeSinks } from '../check/sinks.ts';
import { planted } from './planted.ts';

describe('unsafe sinks', () => {
  it.each([
    ['apps/web/src/A.svelte', '<p>{@html text}</p>'],
    ['apps/web/src/A.svelte', '<p style="color: red">x</p>'],
    ['apps/web/src/a.ts', 'node.innerHTML = text;'],
    ['packages/chat/src/a.ts', 'node.outerHTML = text;'],
    ['apps/web/src/a.ts', "node.insertAdjacentHTML('beforeend', text);"],
    ['apps/web/src/a.ts', 'document.write(text);'],
    ['apps/web/src/a.ts', "new DOMParser().parseFromString(text, 'text/html');"],
    ['packages/crypto/src/a.ts', 'eval(text);'],
    ['apps/web/src/a.ts', 'frame.srcdoc = text;'],
    ['apps/web/public/theme.js', 'new Function(text)();'],
    ['apps/web/index.html', '<script>start()</script>'],
    ['apps/web/index.html', '<a href="javascript:start()">x</a>'],
  ])('are found in %s: %s', async (path, text) => {
    expect(await noUnsafeSinks.run(planted({ [path]: text }))).toEqual([
      expect.stringContaining(`${path}:1`),
    ]);
  });

  it('are not what the policy allows', async () => {
    const root = planted({
      'apps/web/index.html': '<script type="module" src="/src/main.ts"></script>',
      'apps/web/src/A.svelte': '<p style:--hue={hue}>{text}</p>',
      'apps/web/test/a.test.ts': 'expect(node.innerHTML).toBe(text);',
    });
    expect(await noUnsafeSinks.run(root)).toEqual([]);
  });
});
