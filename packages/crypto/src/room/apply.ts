import { type Entry, equalBytes } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Member } from '../identity/member.ts';
import { nextEpoch } from './announce.ts';
import { type Draft, deriveForward, draftOf } from './draft.ts';
import type { OpenRoom } from './state.ts';
import { type AdmitStatement, type EpochStatement, openStatement } from './statement.ts';

/** An entry and the member its `sender` names, whose credential was checked. */
export interface Handshake {
  readonly entry: Entry;
  readonly sender: Member;
}

/** The state after some entries, and those among them that were not believed: show a warning, keep the state. */
export interface Applied {
  readonly state: OpenRoom;
  readonly refused: readonly { readonly entry: Entry; readonly error: CryptoError }[];
}

/** As applyHandshakes, for one entry. */
export async function applyHandshake(
  state: OpenRoom,
  entry: Entry,
  sender: Member,
): Promise<{ readonly state: OpenRoom; readonly refused: CryptoError | null }> {
  const applied = await applyHandshakes(state, [{ entry, sender }]);
  return { state: applied.state, refused: applied.refused[0]?.error ?? null };
}

/**
 * The state after some `handshake` and `commit` entries in the log's order. Never throws for what a member can send.
 *
 * A commit that is not believed makes its epoch void: the relay, which cannot judge commits, has started it, so the
 * number is used up, but no key belongs to it, nobody can send in it, and the next commit follows the newest epoch
 * that is not void. Thus one malicious member costs a room one epoch number. A ratchet whose key is not the one
 * that it should be stays on record without a key (and is reported as `key_id_mismatch`), because those who lack the
 * previous key cannot tell, and all must agree on what the next commit follows.
 */
export async function applyHandshakes(state: OpenRoom, handshakes: readonly Handshake[]): Promise<Applied> {
  const draft = draftOf(state);
  const refused: { entry: Entry; error: CryptoError }[] = [];
  for (const { entry, sender } of handshakes) {
    try {
      await applyOne(draft, entry, sender);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      refused.push({ entry, error });
    }
  }
  return { state: draft, refused };
}

/**
 * The state after a commit whose sender's credential is known to be false. For a credential that merely cannot be
 * had, try again instead: only the relay can withhold one, and a void epoch here alone would leave this device behind.
 * Throws `epoch_mismatch`, `not_a_commit`.
 */
export function voidCommit(state: OpenRoom, entry: Entry): OpenRoom {
  if (entry.kind !== 'commit') throw new CryptoError('not_a_commit');
  if (entry.epoch !== state.epoch) throw new CryptoError('epoch_mismatch');
  return { ...state, epoch: nextEpoch(state), messages: 0 };
}

async function applyOne(draft: Draft, entry: Entry, sender: Member): Promise<void> {
  // The relay's compare-and-set keeps this so; a relay that breaks it gets nothing applied.
  if (entry.epoch !== draft.epoch) throw new CryptoError('epoch_mismatch');
  if (entry.sender !== sender.id) throw new CryptoError('sender_mismatch');
  switch (entry.kind) {
    case 'handshake':
      return applyAdmit(draft, entry, await openAdmit(entry, sender));
    case 'commit': {
      const index = draft.epochs.length;
      await applyCommit(draft, entry, sender);
      const { lie } = await deriveForward(draft, index);
      if (lie !== null) throw new CryptoError('key_id_mismatch');
      return;
    }
    case 'message':
      throw new CryptoError('handshake_malformed');
  }
}

async function openAdmit(entry: Entry, sender: Member): Promise<AdmitStatement> {
  const statement = await openStatement(entry.frame, sender);
  if (statement.type !== 'admit') throw new CryptoError('handshake_malformed');
  return statement;
}

function applyAdmit(draft: Draft, entry: Entry, { room, epoch, devices }: AdmitStatement): void {
  if (room !== draft.room) throw new CryptoError('room_mismatch');
  if (epoch !== draft.epoch) throw new CryptoError('epoch_mismatch');
  if (devices.length === 0 || new Set(devices).size !== devices.length)
    throw new CryptoError('handshake_malformed');
  if (!draft.members.has(entry.sender)) throw new CryptoError('not_a_member');
  for (const device of devices) {
    if (!draft.members.has(device)) draft.members.set(device, { since: draft.epoch, seq: entry.seq });
  }
}

async function applyCommit(draft: Draft, entry: Entry, sender: Member): Promise<void> {
  const epoch = nextEpoch(draft);
  draft.epoch = epoch;
  draft.messages = 0;
  const statement = await openStatement(entry.frame, sender);
  if (statement.type !== 'epoch') throw new CryptoError('handshake_malformed');
  requireSuccessor(draft, statement);
  const { keyId, previous, how, device: opener } = statement;
  if (draft.epochs.length === 0) draft.history = statement.history;
  draft.epochs.push({ epoch, keyId, previous, how, opener, seq: entry.seq, at: entry.at, key: null });
  if (!draft.members.has(opener)) draft.members.set(opener, { since: epoch, seq: entry.seq });
}

function requireSuccessor(
  draft: Draft,
  { room, epoch, keyId, previous, how, history, device }: EpochStatement,
): void {
  if (room !== draft.room) throw new CryptoError('room_mismatch');
  if (epoch !== draft.epoch) throw new CryptoError('epoch_mismatch');
  const newest = draft.epochs.at(-1);
  const follows =
    newest === undefined ? previous === null : previous !== null && equalBytes(previous, newest.keyId);
  if (!follows) throw new CryptoError('previous_mismatch');
  if (newest !== undefined && history !== draft.history) throw new CryptoError('history_changed');
  if (how === 'ratchet' && !draft.members.has(device)) throw new CryptoError('not_a_member');
  // A newcomer who holds no key could otherwise bring an old one back, and with it whoever held that one.
  if (draft.epochs.some((known) => equalBytes(known.keyId, keyId))) throw new CryptoError('key_reused');
}
