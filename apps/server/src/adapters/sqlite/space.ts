import { statfs } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.ts';

const EVERY = 5000;

export interface Space {
  /** Whether the disk was short of space when last looked at. */
  short(): boolean;
  /** Bytes that could be written before it is. */
  left(): number;
  /** Counts bytes that were written since: a fast upload would fill a small disk between two looks. */
  spend(bytes: number): void;
  stop(): void;
}

/** Looks at a folder's disk now and then: below `share` free, nothing more is written, so that reading goes on. */
export async function watchSpace(folder: string, share: number, clock: Clock): Promise<Space> {
  let left = Number.POSITIVE_INFINITY;
  let cancel = () => {};
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const { bavail, blocks, bsize } = await statfs(folder);
      left = blocks > 0 ? (bavail - blocks * share) * bsize : Number.POSITIVE_INFINITY;
    } catch {
      // A folder that cannot be looked at fails its writes with words of its own.
      left = Number.POSITIVE_INFINITY;
    }
    if (!stopped) cancel = clock.after(EVERY, () => void look());
  }

  await look();
  return {
    short: () => left < 0,
    left: () => left,
    spend(bytes) {
      left -= bytes;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
