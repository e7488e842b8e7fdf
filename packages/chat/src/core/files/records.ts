import { fileHeadShape, fileShape } from '@aurora/crypto';
import {
  bool,
  bytes,
  millis,
  nullable,
  type Of,
  oneOf,
  record,
  roomId,
  text,
  uint,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import type { Vault, VaultChange } from '../../ports/vault.ts';
import { keyOf } from './board.ts';

/** A file on its way out; its digest, and its size once deflated, are known once it was read. */
const outgoingShape = record({
  head: fileHeadShape,
  key: bytes(32),
  prefix: bytes(7),
  hash: nullable(bytes(32)),
  packed: nullable(uint()),
});
export type Outgoing = Of<typeof outgoingShape>;

const place = { room: roomId, id: text(80) };

const records = {
  /** One's own file on its way to the relay, perhaps there. */
  out: {
    ...place,
    file: outgoingShape,
    paused: bool,
    /** How far it was when it was paused, in bytes of the file. */
    done: uint(),
    there: bool,
  },
  /** Somebody's file that this person fetches, has since `at`, or wants none of. */
  in: {
    ...place,
    file: fileShape,
    parts: uint(),
    state: oneOf(['wanted', 'paused', 'held', 'rejected']),
    at: millis,
  },
} as const;

/** What a vault keeps of a file that this device has to do with. */
const recordShape = variant(records);
type FileRecord = VariantOf<typeof records>;
export type OutRecord = Extract<FileRecord, { type: 'out' }>;
export type InRecord = Extract<FileRecord, { type: 'in' }>;

export const nameOf = ({ room, id, ...more }: FileRecord) => ({
  room,
  id,
  blob: more.type === 'out' ? more.file.head.blob : more.file.blob,
});

/** At most so many files are remembered; more are not sent or fetched at a time by anybody. */
const MOST = 100_000;

export async function loadRecords(vault: Vault): Promise<FileRecord[]> {
  const kept = await vault.range('transfers', { from: '', to: '~', limit: MOST, newestFirst: false });
  return kept.map((value) => recordShape.fromWire(value));
}

export function putRecord(kept: FileRecord): VaultChange {
  return { put: 'transfers', key: keyOf(nameOf(kept)), value: recordShape.toWire(kept) };
}
