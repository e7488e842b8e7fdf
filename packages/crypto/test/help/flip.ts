import type { Bytes } from '@aurora/protocol';

export function flip(data: Bytes, bit: number): Bytes {
  const flipped = data.slice();
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

/** The bits that can be flipped without anybody noticing: none, one hopes. */
export async function believedFlips(
  data: Bytes,
  isRefused: (flipped: Bytes) => Promise<boolean>,
): Promise<number[]> {
  const believed: number[] = [];
  for (let bit = 0; bit < data.length * 8; bit += 1) {
    if (!(await isRefused(flip(data, bit)))) believed.push(bit);
  }
  return believed;
}
