import { beforeAll, describe, test } from 'vitest';
import { dangerouslyUseClassicKeys } from '../src/group/suite.ts';
import { PATIENCE, tell } from './help/stories.ts';

beforeAll(dangerouslyUseClassicKeys);

describe('whatever happens in a room, and whoever lies in it, all who are in it have its key and nobody else has', () => {
  test('in a few steps', { timeout: PATIENCE }, () => tell(8, 1));

  test('in many', { timeout: PATIENCE }, () => tell(60, 0.02));
});
