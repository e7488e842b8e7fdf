import { test } from 'vitest';
import { PATIENCE, tell } from './help/stories.ts';

test('the keys that are really used do what those of the many stories do', { timeout: PATIENCE }, () =>
  tell(10, 0.01),
);
