import { statfs } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.ts';
import type { Room } from '../disk/blobs.ts';

const EVERY = 5000;

export interface Space {
  /** Whether the disk was short of space when last looked at. */
  short(): boolean;
  /** What files may take of it. */
  readonly files: FileSpace;
  stop(): void;
}

export interface FileSpace extends Room {
  /** Bytes that files could take before it is short of space for them. */
  left(): number;
}

/**
 * Looks at a folder's disk now and then: below `share` free, nothing more is written, so that reading goes on. Files stop at twice as
 * much, so that whoever fills the disk with them leaves room for what is said. What they wrote since counts: a fast upload would
 * fill a small disk between two looks.
 */
export async function watchSpace(folder: string, share: number, clock: Clock): Promise<Space> {
  let left = Number.POSITIVE_INFINITY;
  let kept = 0;
  let cancel = () => {};
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const { bavail, blocks, bsize } = await statfs(folder);
      left = blocks > 0 ? (bavail - blocks * share) * bsize : Number.POSITIVE_INFINITY;
      kept = blocks * share * bsize;
    } catch {
      // A folder that cannot be looked at fails its writes with words of its own.
      left = Number.POSITIVE_INFINITY;
    }
    if (!stopped) cancel = clock.after(EVERY, () => void look());
  }

  await look();
  return {
    short: () => left < 0,
    files: {
      short: () => left < kept,
      left: () => left - kept,
      spend(bytes) {
        left -= bytes;
      },
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
