import { randomFillSync, randomInt } from 'node:crypto';
import type { Random } from '../../ports/random.ts';

export const nodeRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
  below: (bound) => randomInt(bound),
};
