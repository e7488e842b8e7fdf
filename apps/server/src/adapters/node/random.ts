import { randomFillSync, randomInt } from 'node:crypto';
import type { Bytes } from '@aurora/protocol';
import type { Random } from '../../ports/random.ts';

const POOL_BYTES = 8192;
const pool = new Uint8Array(POOL_BYTES);
let left = 0;

/** Drawn in bulk, since each drawing costs a call; no byte is given out twice, and none stays behind. */
function draw(length: number): Bytes {
  if (length > POOL_BYTES) return randomFillSync(new Uint8Array(length));
  if (left < length) {
    randomFillSync(pool);
    left = POOL_BYTES;
  }
  left -= length;
  const bytes = pool.slice(left, left + length);
  pool.fill(0, left, left + length);
  return bytes;
}

export const nodeRandom: Random = {
  bytes: draw,
  below: (bound) => randomInt(bound),
};
