import type { EpochKey } from '@aurora/crypto';
import type { Bytes, Entry, Epoch, Head, RoomId, Shape } from '@aurora/protocol';
import type { StoredRow } from '../stored-rows.ts';
import type { Opened, Said } from './opened.ts';
import type { Reader } from './reader.ts';

/** What every room's keys have in common, whoever hands them out. */
export interface Keyed {
  readonly room: RoomId;
  /** The relay's current epoch; 0 before the first. */
  readonly epoch: Epoch;
  /** Messages counted in the current epoch. */
  readonly messages: number;
}

/** What a run of handshakes came to. */
export interface Change<S> {
  readonly state: S;
  readonly rows: readonly Opened[];
  /** Whether somebody else changed keys or members, and was believed. */
  readonly life: boolean;
}

/**
 * Where a room's keys come from: one for open rooms, one for MLS groups. A state is a value, the log's, and stored with it. All
 * that reads a log is the same for both.
 */
export interface Ring<S extends Keyed> {
  /** The state as a vault keeps it. */
  readonly shape: Shape<S>;
  /**
   * What to begin with at a log that was never read, or is told anew (`kept` is what one had then). Unless it is complete, all
   * handshakes up to the head are read from the start.
   */
  begin(room: RoomId, kept: S | null, head: Head): { readonly state: S; readonly complete: boolean };
  /** The keys that one has, and the state with those among others that fit. */
  keys(state: S): EpochKey[];
  accept(state: S, keys: readonly EpochKey[]): Promise<S>;
  /** Whether two states differ in nothing but the count of messages, so that a message does not rewrite the rest. */
  same(a: S, b: S): boolean;
  counted(state: S, messages: number): S;
  key(state: S, epoch: Epoch): Bytes | null;
  /** Throws CryptoError unless the entry's sender might speak there. */
  requireMember(state: S, entry: Pick<Entry, 'sender' | 'epoch' | 'seq'>): void;
  /** False when an entry stands elsewhere than between the commits around its epoch, as far as those are known: the relay moved it. */
  stands(state: S, entry: Pick<Entry, 'epoch' | 'seq'>): boolean;
  /** The state after handshakes and commits that stand side by side. */
  read(state: S, run: readonly Entry[], reader: Reader): Promise<Change<S>>;
  /** The row of a message about the room itself; null when such a thing may not be said here, or not by its sender. */
  row(state: S, said: Said, reader: Reader): StoredRow | null;
  /** The state once that was said. */
  after(state: S, said: Said): S;
}
