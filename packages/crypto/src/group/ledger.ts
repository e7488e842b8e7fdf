import type { Bytes, DeviceId, Entry, Epoch, MessageId, Millis, RoomId, Seq } from '@aurora/protocol';
import { equalBytes } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Handshake } from '../room/apply.ts';
import type { GroupChange } from './allowed.ts';
import { decodeCommit, decodeHandshake, joinParts, MOST_PARTS } from './frames.ts';
import { decodeGroup, encodeGroup, type Group, groupKey, leavesOf } from './group.ts';
import { deviceOf, type Resolve } from './leaf.ts';
import type { Span } from './letter.ts';
import { commitEpoch, processCommit } from './process.ts';
import type { RoomRules } from './rules.ts';
import { openLeave } from './signed.ts';

/** An epoch that a believed commit began. `seq` is 0 for one whose key a member told and whose place is not known. */
export interface GroupEpoch {
  readonly epoch: Epoch;
  readonly seq: Seq;
  /** By the relay's clock. */
  readonly at: Millis;
  readonly key: Bytes | null;
}

/** Parts of one device's long commit, until the commit comes. */
export interface Assembly {
  readonly device: DeviceId;
  readonly hash: Bytes;
  readonly pieces: readonly (Bytes | null)[];
}

/**
 * What a device knows of a group room's keys: a function of the handshake entries in order, and of the secrets in its group. Plain data
 * that survives structured clone. Holds secrets: store it sealed.
 */
export interface GroupRoom {
  readonly room: RoomId;
  /** The relay's current epoch, which counts all commits; MLS's own counts those that were believed. */
  readonly epoch: Epoch;
  /** Ascending. A void epoch, whose commit was refused, has no record. */
  readonly epochs: readonly GroupEpoch[];
  readonly spans: readonly Span[];
  /** Devices that said that they leave and are in the group still. */
  readonly leaving: readonly DeviceId[];
  /** The encoded group; null while this device has none. */
  readonly group: Bytes | null;
  readonly rules: RoomRules | null;
  readonly parts: readonly Assembly[];
  readonly messages: number;
}

/** A commit of this device's own, as it was made. */
export interface OwnCommit {
  readonly id: MessageId;
  readonly group: Bytes;
}

export interface GroupApplied {
  readonly state: GroupRoom;
  readonly refused: readonly { readonly entry: Entry; readonly error: CryptoError }[];
  readonly changes: readonly {
    readonly entry: Entry;
    readonly change: GroupChange | { readonly type: 'left' };
  }[];
  /** `behind`: others went on where this device could not follow; a member has to let it in again. */
  readonly fate: 'in' | 'removed' | 'behind';
}

export interface GroupReader {
  readonly device: Device;
  readonly resolve: Resolve;
  readonly pending: OwnCommit | null;
}

/** A state while entries are applied to it. */
interface Draft {
  state: GroupRoom;
  group: Group | null;
  fate: GroupApplied['fate'];
  readonly refused: { entry: Entry; error: CryptoError }[];
  readonly changes: { entry: Entry; change: GroupChange | { type: 'left' } }[];
}

/**
 * The state after some `handshake` and `commit` entries in the log's order. Never throws for what a member can send.
 *
 * A commit that is not believed makes its epoch void, as in an open room: the number is used up, nobody can speak in it, and the next commit
 * follows the group as it was. When the others did believe it, this device notices by their next commit, which names a later MLS epoch, and is
 * `behind`.
 */
export async function applyGroupEntries(
  start: GroupRoom,
  handshakes: readonly Handshake[],
  reader: GroupReader,
): Promise<GroupApplied> {
  const group = start.group === null ? null : decodeGroup(start.room, start.group);
  const draft: Draft = { state: start, group, fate: 'in', refused: [], changes: [] };
  for (const handshake of handshakes) {
    try {
      await applyOne(draft, handshake, reader);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      draft.refused.push({ entry: handshake.entry, error });
    }
  }
  const encoded = draft.group === null || draft.group === group ? null : encodeGroup(draft.group);
  const kept = draft.group === null ? null : (encoded ?? start.group);
  const { state, refused, changes, fate } = draft;
  return {
    state: { ...state, group: kept },
    refused,
    changes,
    fate: fate === 'in' && kept === null && state.epoch > 0 ? 'behind' : fate,
  };
}

async function applyOne(draft: Draft, handshake: Handshake, reader: GroupReader): Promise<void> {
  const { entry, sender } = handshake;
  // The relay's compare-and-set keeps this so; a relay that breaks it gets nothing applied.
  if (entry.epoch !== draft.state.epoch) throw new CryptoError('epoch_mismatch');
  if (entry.sender !== sender.id) throw new CryptoError('sender_mismatch');
  if (entry.kind === 'handshake') return applyHandshake(draft, handshake);
  const { parts } = draft.state;
  const epoch = (entry.epoch + 1) as Epoch;
  draft.state = { ...draft.state, epoch, messages: 0, parts: parts.length === 0 ? parts : [] };
  if (reader.pending?.id === entry.id && entry.sender === reader.device.id)
    return adoptOwn(draft, entry, reader.pending);
  const frame = await messageOf(parts, handshake);
  if (draft.group === null) return;
  if (entry.sender === reader.device.id) return fallBehind(draft);
  await applyCommit(draft, draft.group, handshake, frame, reader);
}

async function applyCommit(
  draft: Draft,
  group: Group,
  { entry, sender }: Handshake,
  frame: Bytes,
  { device, resolve }: GroupReader,
): Promise<void> {
  const named = commitEpoch(frame);
  if (named !== null && named > group.mlsEpoch && group.devices.includes(sender.id)) return fallBehind(draft);
  const leaving = new Set(draft.state.leaving);
  const { group: after, change } = await processCommit({ group, device, frame, sender, leaving, resolve });
  draft.group = after;
  draft.changes.push({ entry, change });
  if (after === null) draft.fate = change.removed.includes(device.id) ? 'removed' : 'behind';
  await record(draft, entry, change, after);
}

/** Takes up a commit of this device's own: the others judge it, and it was made by their rules. */
async function adoptOwn(draft: Draft, entry: Entry, { group }: OwnCommit): Promise<void> {
  const after = decodeGroup(draft.state.room, group);
  const before = new Set(openDevices(draft.state));
  const now = new Set(after.devices);
  const again = draft.group === null ? [] : readmittedBetween(draft.group, after);
  const change: GroupChange = {
    added: after.devices.filter((device) => !before.has(device)),
    removed: [...before].filter((device) => !now.has(device)),
    readmitted: again,
    rules:
      draft.state.rules === null || JSON.stringify(draft.state.rules) !== JSON.stringify(after.rules)
        ? after.rules
        : null,
  };
  draft.group = after;
  draft.changes.push({ entry, change });
  await record(draft, entry, change, after);
}

/** Devices that were in all the while, by a key package that was not there before. */
function readmittedBetween(before: Group, after: Group): DeviceId[] {
  const keys = new Map(
    leavesOf(before.mls).map(({ leaf }) => [deviceOf(leaf.credential), leaf.hpkePublicKey]),
  );
  return leavesOf(after.mls).flatMap(({ leaf }) => {
    const device = deviceOf(leaf.credential);
    const old = keys.get(device);
    const fresh =
      leaf.leafNodeSource === 'key_package' && old !== undefined && !equalBytes(old, leaf.hpkePublicKey);
    return device !== null && fresh ? [device] : [];
  });
}

async function record(draft: Draft, entry: Entry, change: GroupChange, after: Group | null): Promise<void> {
  const { state } = draft;
  const { epoch, epochs, leaving } = state;
  const key = after === null ? null : await groupKey(after);
  const gone = new Set(change.removed);
  const closed = state.spans.map((span) =>
    span.until === null && gone.has(span.device) ? { ...span, until: epoch } : span,
  );
  const opened = change.added.map((device) => ({ device, since: epoch, until: null }));
  draft.state = {
    ...state,
    epochs: [...epochs, { epoch, seq: entry.seq, at: entry.at, key }],
    spans: opened.length + gone.size === 0 ? state.spans : [...closed, ...opened],
    leaving: leaving.some((device) => gone.has(device))
      ? leaving.filter((device) => !gone.has(device))
      : leaving,
    rules: after?.rules ?? change.rules ?? state.rules,
  };
}

function fallBehind(draft: Draft): void {
  draft.group = null;
  draft.fate = 'behind';
}

async function applyHandshake(draft: Draft, { entry, sender }: Handshake): Promise<void> {
  const { state } = draft;
  const frame = decodeHandshake(entry.frame);
  if (!openDevices(state).includes(sender.id)) throw new CryptoError('not_a_member');
  if (frame.type === 'part') {
    const { hash, index, bytes } = frame;
    const others = state.parts.filter(({ device }) => device !== sender.id);
    const own = state.parts.find(({ device, hash: of }) => device === sender.id && equalBytes(of, hash));
    const pieces = Array.from({ length: MOST_PARTS }, (_, at) =>
      at === index ? bytes : (own?.pieces[at] ?? null),
    );
    draft.state = { ...state, parts: [...others, { device: sender.id, hash, pieces }] };
    return;
  }
  await openLeave(frame.statement, { room: state.room, sender });
  if (!state.leaving.includes(sender.id)) draft.state = { ...state, leaving: [...state.leaving, sender.id] };
  draft.changes.push({ entry, change: { type: 'left' } });
}

async function messageOf(parts: GroupRoom['parts'], { entry, sender }: Handshake): Promise<Bytes> {
  const frame = decodeCommit(entry.frame);
  if (frame.type === 'commit') return frame.message;
  const own = parts.find(({ device, hash }) => device === sender.id && equalBytes(hash, frame.hash));
  const pieces = (own?.pieces ?? []).map((piece) => piece ?? undefined);
  return joinParts(pieces, frame.hash, frame.count);
}

/** The devices that are in the group now. */
export function openDevices({ spans }: Pick<GroupRoom, 'spans'>): DeviceId[] {
  return spans.flatMap(({ device, until }) => (until === null ? [device] : []));
}
