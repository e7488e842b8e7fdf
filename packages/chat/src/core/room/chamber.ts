import type { ContentKeys, Device } from '@aurora/crypto';
import type { IdentityId, MessageId, RoomId } from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Vault } from '../../ports/vault.ts';
import type { Change, Failure, MessageRow, Preferences } from '../../view/contract.ts';
import type { Connection } from '../connection.ts';
import type { Board } from '../files/board.ts';
import type { Members } from '../members.ts';
import type { StoredRow } from '../stored-rows.ts';
import type { Keeper } from './keeper.ts';
import type { RoomLog } from './log.ts';
import type { Words } from './outbox.ts';
import type { Receipts } from './receipts.ts';
import type { Keyed, Ring } from './ring.ts';

export interface RoomPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly vault: Vault;
  readonly connection: Connection;
  readonly members: Members;
  readonly device: Device;
  /** How the files stand that this device has to do with. */
  readonly board: Board;
  preferences(): Preferences;
  /** Whether this person wants nothing to do with somebody. */
  blocked(identity: IdentityId): boolean;
}

export interface RoomEvents {
  changed(change: Change): void;
  /** Something in `view` changed. */
  conversation(): void;
  /** Somebody else's message came in just now. */
  rang(): void;
  trouble(error: unknown): void;
  /** The relay counts this device in, and everything missed was read. */
  synced(): void;
  /** One's own messages that stand in the log now. */
  sent(ids: readonly string[]): void;
  /** Messages of others, new to this device, that bring files. */
  brought(rows: readonly MessageRow[]): void;
  /** The conversation and all of it is given up. */
  forgotten(): Promise<void>;
}

/** What a keeper of keys, and receipts, find in their room. */
export interface Chamber<S extends Keyed> {
  readonly id: RoomId;
  readonly ports: RoomPorts;
  readonly events: RoomEvents;
  readonly log: RoomLog<S>;
  readonly contentKeys: ContentKeys;
  newId(): MessageId;
  /** Runs in the room's turn, when nothing else does. */
  run(task: () => Promise<void>): void;
  /** The same for what somebody waits for, who is told how it went. */
  turn<T>(task: () => Promise<T>): Promise<T>;
  isPresent(identity: IdentityId): boolean;
  /** Asks to decide again, after everything that already waits. */
  again(): void;
  /** Says something about the room itself in its log. */
  say(words: Words): Promise<void>;
  /** What waits to be sent never will be. */
  unsendable(failure: Failure): Promise<void>;
  /** Rows whose state changed. */
  refresh(rows: readonly StoredRow[]): void;
  /** Comes in anew: something was let in, or lost. */
  rejoin(): void;
}

/** What makes one sort of room different from another. */
export interface Sort<S extends Keyed> {
  /** Whether comings and goings are lines in the timeline. */
  readonly tellsPresence: boolean;
  readonly ring: Ring<S>;
  keeper(chamber: Chamber<S>): Keeper;
  receipts(chamber: Chamber<S>): Receipts | null;
}
