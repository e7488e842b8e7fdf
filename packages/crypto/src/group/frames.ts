import {
  type Bytes,
  bytes,
  concatBytes,
  type Epoch,
  equalBytes,
  type RoomId,
  type Shape,
  uint,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import { sha256 } from '../primitives/hash.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';
import { signLeave } from './signed.ts';

/** Bytes of a commit that one entry holds, and of each part of a longer one. */
const PART = 100 * 1024;
/** Parts of one commit: 500 KiB, of which a full group with an empty tree needs two thirds. */
export const MOST_PARTS = 5;

const handshakes = {
  /** A signed leave. */
  leave: { statement: bytes(1, 512) },
  /** A part of a commit that is too long for one entry; the commit names its hash. */
  part: { hash: bytes(32), index: uint(MOST_PARTS - 1), bytes: bytes(1, PART) },
} as const;
const commits = {
  commit: { message: bytes(1, PART) },
  parts: { hash: bytes(32), count: uint(MOST_PARTS, 1) },
} as const;

export type HandshakeFrame = VariantOf<typeof handshakes>;
export type CommitFrame = VariantOf<typeof commits>;
const handshakeShape: Shape<HandshakeFrame> = variant(handshakes);
const commitShape: Shape<CommitFrame> = variant(commits);

/** What a handshake entry of a group's log holds. Throws `handshake_malformed`, `handshake_unknown`. */
export function decodeHandshake(frame: Bytes): HandshakeFrame {
  const unknown = { code: 'handshake_unknown', types: Object.keys(handshakes) } as const;
  return decodeStrict(handshakeShape, frame, { malformed: 'handshake_malformed', unknown });
}

/** What a commit entry holds. Throws `commit_malformed`. */
export function decodeCommit(frame: Bytes): CommitFrame {
  return decodeStrict(commitShape, frame, { malformed: 'commit_malformed' });
}

/** The frame of the handshake entry by which a device leaves in the relay's epoch. */
export async function leaveFrame(
  device: Device,
  of: { readonly room: RoomId; readonly epoch: Epoch },
): Promise<Bytes> {
  const leave = { type: 'leave', statement: await signLeave(device, of) } as const;
  return encodeStrict(handshakeShape, leave, 'handshake_malformed');
}

/**
 * A commit as entries of the log: handshakes with its parts, none for most, and the commit's own frame. All of them are appended in
 * one epoch. Throws `commit_malformed` for one that is too long.
 */
export async function splitCommit(
  message: Bytes,
): Promise<{ readonly parts: readonly Bytes[]; readonly frame: Bytes }> {
  if (message.length <= PART)
    return { parts: [], frame: encodeStrict(commitShape, { type: 'commit', message }, 'commit_malformed') };
  const hash = await sha256(message);
  const count = Math.ceil(message.length / PART);
  if (count > MOST_PARTS) throw new CryptoError('commit_malformed');
  const parts = Array.from({ length: count }, (_, index) => {
    const part = {
      type: 'part',
      hash,
      index,
      bytes: message.slice(index * PART, (index + 1) * PART),
    } as const;
    return encodeStrict(handshakeShape, part, 'handshake_malformed');
  });
  return { parts, frame: encodeStrict(commitShape, { type: 'parts', hash, count }, 'commit_malformed') };
}

/** A long commit put together again. Throws `commit_malformed`. */
export async function joinParts(pieces: readonly Bytes[], hash: Bytes, count: number): Promise<Bytes> {
  const message = concatBytes(...pieces.slice(0, count));
  if (!equalBytes(await sha256(message), hash)) throw new CryptoError('commit_malformed');
  return message;
}
