import {
  bytes,
  type Epoch,
  epoch,
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
import type { Keyed, Ring } from './ring.ts';

const seq = uint<Seq>();

/** How far this device has come in a room's log, beside the room's keys and members. */
export const progressShape = record({
  generation: uint<Generation>(),
  /** The last entry that was read. */
  cursor: seq,
  /** The first entry that was read: those before it are read when somebody scrolls up to them. */
  from: seq,
  /** The room's epoch just before that entry. */
  fromEpoch: epoch,
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

export interface RoomState<S> {
  readonly progress: Progress;
  readonly keys: S;
}

const progressKey = (room: RoomId) => `${room}/progress`;
const keysKey = (room: RoomId) => `${room}/keys`;

export async function loadState<S extends Keyed>(
  vault: Vault,
  room: RoomId,
  ring: Ring<S>,
): Promise<RoomState<S> | null> {
  const [progress, keys] = await Promise.all([
    vault.read('rooms', progressKey(room)),
    vault.read('rooms', keysKey(room)),
  ]);
  if (progress === undefined || keys === undefined) return null;
  const kept = progressShape.fromWire(progress);
  return { progress: kept, keys: ring.counted(ring.shape.fromWire(keys), kept.messages) };
}

/** What a change of state puts into the vault; the members and keys only when they are other ones. */
export function putState<S extends Keyed>(
  room: RoomId,
  ring: Ring<S>,
  before: RoomState<S> | null,
  after: RoomState<S>,
): VaultChange[] {
  const progress = { ...after.progress, messages: after.keys.messages };
  const changes: VaultChange[] = [
    { put: 'rooms', key: progressKey(room), value: progressShape.toWire(progress) },
  ];
  if (before === null || !ring.same(before.keys, after.keys)) {
    changes.push({ put: 'rooms', key: keysKey(room), value: ring.shape.toWire(after.keys) });
  }
  return changes;
}

/** The stretch that covers both. */
export function widen(stretch: [Seq, Seq] | null, seqs: readonly Seq[]): [Seq, Seq] | null {
  const all = [...(stretch ?? []), ...seqs];
  if (all.length === 0) return null;
  return [Math.min(...all) as Seq, Math.max(...all) as Seq];
}
