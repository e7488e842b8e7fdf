import { type Bytes, type DeviceId, type Entry, equalBytes } from '@aurora/protocol';
import { decodeCommit, type HandshakeFrame, joinParts, MOST_PARTS } from './frames.ts';

/** Parts of one device's long commit, until the commit comes; an empty one has not come yet. */
export interface Assembly {
  readonly device: DeviceId;
  readonly hash: Bytes;
  readonly pieces: readonly Bytes[];
}

const NOT_YET: Bytes = new Uint8Array(0);

/** One more part: of each device the commit that it began last, and no other. */
export function assembled(
  parts: readonly Assembly[],
  device: DeviceId,
  { hash, index, bytes }: Extract<HandshakeFrame, { type: 'part' }>,
): Assembly[] {
  const others = parts.filter((one) => one.device !== device);
  const own = parts.find((one) => one.device === device && equalBytes(one.hash, hash));
  const before = own?.pieces ?? Array.from({ length: MOST_PARTS }, () => NOT_YET);
  return [...others, { device, hash, pieces: before.map((piece, at) => (at === index ? bytes : piece)) }];
}

/** The commit that an entry holds or names the parts of. Throws `commit_malformed`, also when one of them is missing. */
export async function messageOf(parts: readonly Assembly[], { sender, frame }: Entry): Promise<Bytes> {
  const read = decodeCommit(frame);
  if (read.type === 'commit') return read.message;
  const own = parts.find(({ device, hash }) => device === sender && equalBytes(hash, read.hash));
  return joinParts(own?.pieces ?? [], read.hash, read.count);
}
