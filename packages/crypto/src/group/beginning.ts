import type { DeviceId, Entry, RoomId } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Handshake } from '../room/apply.ts';
import { type Assembly, assembled, messageOf } from './assembly.ts';
import { decodeHandshake, type HandshakeFrame } from './frames.ts';
import type { Group } from './group.ts';
import { addedBy, leadsTo } from './process.ts';
import { openLeave } from './signed.ts';

/** How a group began, as the log has it. */
export interface Beginning {
  readonly commit: Entry;
  /** Who left before the commit came, and is in the group still: its maker may not have known it yet. */
  readonly leaving: readonly DeviceId[];
}

/**
 * Reads how a group began in handshakes of the epoch before it, in the log's order with its commit last: those of whoever made that,
 * and the others' leaves. Null unless the commit leads to this group, and to no other.
 */
export async function beginningOf(group: Group, handshakes: readonly Handshake[]): Promise<Beginning | null> {
  const commit = handshakes.at(-1)?.entry;
  if (commit?.kind !== 'commit') return null;
  let parts: Assembly[] = [];
  const gone = new Set<DeviceId>();
  for (const handshake of handshakes) {
    const read = frameOf(handshake.entry);
    const { id } = handshake.sender;
    if (read?.type === 'part' && id === commit.sender) parts = assembled(parts, id, read);
    if (read?.type === 'leave' && (await isSigned(read.statement, group.room, handshake))) gone.add(id);
  }
  try {
    const message = await messageOf(parts, commit);
    if (!leadsTo(message, group)) return null;
    // Who left and was let in anew by this very commit stays.
    const added = addedBy(message);
    return { commit, leaving: group.devices.filter((device) => gone.has(device) && !added.includes(device)) };
  } catch (error) {
    return nullFor(error);
  }
}

/** Whether an entry of the log says that its sender leaves. Nothing of it is proven. */
export const isLeave = (entry: Entry): boolean => frameOf(entry)?.type === 'leave';

function frameOf({ kind, frame }: Entry): HandshakeFrame | null {
  if (kind !== 'handshake') return null;
  try {
    return decodeHandshake(frame);
  } catch (error) {
    return nullFor(error);
  }
}

async function isSigned(
  statement: Extract<HandshakeFrame, { type: 'leave' }>['statement'],
  room: RoomId,
  { entry, sender }: Handshake,
): Promise<boolean> {
  try {
    await openLeave(statement, { room, epoch: entry.epoch, sender });
    return entry.sender === sender.id;
  } catch (error) {
    nullFor(error);
    return false;
  }
}

/** What a member can send is read as nothing; any other error is a fault. */
function nullFor(error: unknown): null {
  if (error instanceof CryptoError) return null;
  throw error;
}
