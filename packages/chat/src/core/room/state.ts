import type { OpenRoom } from '@aurora/crypto';
import {
  bytes,
  type Epoch,
  type Generation,
  nullable,
  type Of,
  pair,
  type RoomId,
  record,
  type Seq,
  uint,
} from '@aurora/protocol';
import type { Vault, VaultChange } from '../../ports/vault.ts';
import { openRoomShape } from './stored-room.ts';

const seq = uint<Seq>();

/** How far this device has come in a room's log, beside the room's keys and members. */
export const progressShape = record({
  generation: uint<Generation>(),
  /** The last entry that was read. */
  cursor: seq,
  /** The first entry that was read: those before it are read when somebody scrolls up to them. */
  from: seq,
  chain: nullable(pair(seq, bytes(32))),
  readTo: pair(uint(), uint()),
  /** First and last place where rows may wait for a key. */
  sealed: nullable(pair(seq, seq)),
  /** A key that this device made and that is not in the log yet. */
  announced: nullable(record({ epoch: uint<Epoch>(), key: bytes(32) })),
  /** Messages in the current epoch: kept here, so that a message does not rewrite the members. */
  messages: uint(),
});
export type Progress = Of<typeof progressShape>;

export interface RoomState {
  readonly progress: Progress;
  readonly open: OpenRoom;
}

const progressKey = (room: RoomId) => `${room}/progress`;
const openKey = (room: RoomId) => `${room}/open`;

export async function loadState(vault: Vault, room: RoomId): Promise<RoomState | null> {
  const [progress, open] = await Promise.all([
    vault.read('rooms', progressKey(room)),
    vault.read('rooms', openKey(room)),
  ]);
  if (progress === undefined || open === undefined) return null;
  const kept = progressShape.fromWire(progress);
  return { progress: kept, open: { ...openRoomShape.fromWire(open), messages: kept.messages } };
}

/** What a change of state puts into the vault; the members and keys only when they are other ones. */
export function putState(room: RoomId, before: RoomState | null, after: RoomState): VaultChange[] {
  const progress = { ...after.progress, messages: after.open.messages };
  const changes: VaultChange[] = [
    { put: 'rooms', key: progressKey(room), value: progressShape.toWire(progress) },
  ];
  if (before === null || !sameKeys(before.open, after.open)) {
    changes.push({ put: 'rooms', key: openKey(room), value: openRoomShape.toWire(after.open) });
  }
  return changes;
}

function sameKeys(a: OpenRoom, b: OpenRoom): boolean {
  return a.epoch === b.epoch && a.epochs === b.epochs && a.members === b.members;
}

/** The stretch that covers both. */
export function widen(stretch: [Seq, Seq] | null, seqs: readonly Seq[]): [Seq, Seq] | null {
  const all = [...(stretch ?? []), ...seqs];
  if (all.length === 0) return null;
  return [Math.min(...all) as Seq, Math.max(...all) as Seq];
}
