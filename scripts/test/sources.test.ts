import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { onSourceChange } from '../dev/sources.ts';
import { planted } from './planted.ts';

it('a change deep in the sources restarts the relay once, and other files never do', async () => {
  const root = planted({ 'src/core/a.ts': '', 'src/core/notes.txt': '' });
  const changed = vi.fn();
  const watchers = onSourceChange(root, ['src'], changed);
  onTestFinished(() => {
    for (const watcher of watchers) watcher.close();
  });
  writeFileSync(join(root, 'src/core/notes.txt'), 'x');
  for (const text of ['a', 'b', 'c']) writeFileSync(join(root, 'src/core/a.ts'), text);
  await vi.waitFor(() => expect(changed).toHaveBeenCalled(), 10_000);
  expect(changed).toHaveBeenCalledTimes(1);
});
