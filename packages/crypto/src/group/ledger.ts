import {
  type Bytes,
  type DeviceId,
  type Entry,
  type Epoch,
  equalBytes,
  type MessageId,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Handshake } from '../room/apply.ts';
import type { GroupChange } from './allowed.ts';
import { assembled, messageOf } from './assembly.ts';
import { decodeHandshake } from './frames.ts';
import { decodeGroup, encodeGroup, type Group, groupKey, groupTag } from './group.ts';
import type { Resolve } from './leaf.ts';
import { changeBy, commitEpoch, leadsTo, processCommit } from './process.ts';
import { type Fate, type GroupRoom, openDevices } from './room.ts';
import { openLeave } from './signed.ts';

/** A commit of this device's own, as it was made. */
export interface OwnCommit {
  readonly id: MessageId;
  /** The relay's epoch that it was made in. */
  readonly epoch: Epoch;
  /** The tag of the group that it changes (groupTag); null when it founds one. */
  readonly base: Bytes | null;
  /** The group that it leads to, encoded. */
  readonly group: Bytes;
}

export interface GroupApplied {
  readonly state: GroupRoom;
  readonly refused: readonly { readonly entry: Entry; readonly error: CryptoError }[];
  readonly changes: readonly {
    readonly entry: Entry;
    readonly change: GroupChange | { readonly type: 'left' };
  }[];
  /** As in the state. */
  readonly fate: Fate;
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
  fate: Fate;
  readonly refused: { entry: Entry; error: CryptoError }[];
  readonly changes: { entry: Entry; change: GroupChange | { type: 'left' } }[];
}

/**
 * The state after some `handshake` and `commit` entries in the log's order. Never throws for what a member can send.
 *
 * A commit that is not believed makes its epoch void, as in an open room: the number is used up, nobody can speak in it, and the next
 * commit follows the group as it was. What is judged without secrets is judged alike by all. What is not may have fooled this device
 * alone: then it is `behind`, until a commit that it can follow or a welcome shows where the group is. It keeps its keys meanwhile,
 * because whoever lies to all at once would else leave nobody who could go on.
 */
export async function applyGroupEntries(
  start: GroupRoom,
  handshakes: readonly Handshake[],
  reader: GroupReader,
): Promise<GroupApplied> {
  const group = start.group === null ? null : decodeGroup(start.room, start.group);
  const draft: Draft = { state: start, group, fate: start.fate, refused: [], changes: [] };
  for (const handshake of handshakes) {
    try {
      await applyOne(draft, handshake, reader);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      draft.refused.push({ entry: handshake.entry, error });
    }
  }
  const { refused, changes } = draft;
  const keyless = draft.group === null && draft.state.epoch > 0;
  const fate = keyless && draft.fate === 'in' ? 'behind' : draft.fate;
  const kept = draft.group === group ? start.group : draft.group && encodeGroup(draft.group);
  return { state: { ...draft.state, group: kept, fate }, refused, changes, fate };
}

async function applyOne(draft: Draft, handshake: Handshake, reader: GroupReader): Promise<void> {
  const { entry, sender } = handshake;
  // The relay's compare-and-set keeps this so; a relay that breaks it gets nothing applied.
  if (entry.epoch !== draft.state.epoch) throw new CryptoError('epoch_mismatch');
  if (entry.sender !== sender.id) throw new CryptoError('sender_mismatch');
  switch (entry.kind) {
    case 'handshake':
      return applyHandshake(draft, handshake);
    case 'commit': {
      const { parts, spoilers } = draft.state;
      const epoch = (entry.epoch + 1) as Epoch;
      draft.state = { ...draft.state, epoch, messages: 0, parts: parts.length === 0 ? parts : [] };
      try {
        const frame = await messageOf(parts, entry);
        if (reader.pending?.id === entry.id && sender.id === reader.device.id)
          return await adoptOwn(draft, entry, frame, reader, reader.pending);
        if (draft.group !== null) await applyCommit(draft, draft.group, handshake, frame, reader);
        return;
      } catch (error) {
        const known = spoilers.includes(sender.id) || !openDevices(draft.state).includes(sender.id);
        if (!known) draft.state = { ...draft.state, spoilers: [...spoilers, sender.id] };
        throw error;
      }
    }
    case 'message':
      throw new CryptoError('handshake_malformed');
  }
}

async function applyCommit(
  draft: Draft,
  group: Group,
  { entry, sender }: Handshake,
  frame: Bytes,
  { device, resolve }: GroupReader,
): Promise<void> {
  const named = commitEpoch(frame);
  if (named !== null && isAhead(draft.state, group, named, sender.id)) draft.fate = 'behind';
  const leaving = new Set(draft.state.leaving);
  try {
    const { group: after, change } = await processCommit({ group, device, frame, sender, leaving, resolve });
    draft.changes.push({ entry, change });
    await record(draft, entry, change, after);
    // Who is let in anew has the group's new keys by the welcome; should the others not believe the commit, the old ones still serve.
    const again = change.readmitted.includes(device.id);
    draft.group = again ? group : after;
    draft.fate = again ? 'behind' : after === null ? 'removed' : 'in';
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'commit_unprocessable') draft.fate = 'behind';
    throw error;
  }
}

/**
 * Whether the others may have gone on from commits that were void here: by a member's word, and no further than there were such. Not by the
 * word of whoever made one of them: two commits would stop everybody, and no admin could end it. Of two people the other is the only one
 * who can say so.
 */
function isAhead(
  { epoch, epochs, spoilers }: GroupRoom,
  group: Group,
  named: number,
  sender: DeviceId,
): boolean {
  const before = epoch - 1;
  const void_ = before - (epochs.at(-1)?.epoch ?? 0);
  const heard = group.devices.includes(sender) && (group.devices.length <= 2 || !spoilers.includes(sender));
  return heard && named > group.mlsEpoch && named <= group.mlsEpoch + void_;
}

/**
 * Takes up a commit of this device's own: the others judge it, and it was made by their rules. Only on the group that it was made for: a
 * relay that puts a removal before it, and lets it pass for a later epoch's, would bring back whom this device saw go.
 */
async function adoptOwn(
  draft: Draft,
  entry: Entry,
  frame: Bytes,
  { resolve }: GroupReader,
  pending: OwnCommit,
): Promise<void> {
  const before = draft.group;
  if (pending.epoch !== entry.epoch || !isTag(before, pending.base)) throw new CryptoError('commit_stale');
  const after = decodeGroup(draft.state.room, pending.group);
  if (!leadsTo(frame, after)) {
    draft.fate = 'behind';
    throw new CryptoError('commit_unprocessable');
  }
  const founding = { added: after.devices, removed: [], readmitted: [], rules: after.rules };
  const change = before === null ? founding : await changeBy(frame, before, resolve);
  draft.group = after;
  draft.fate = 'in';
  draft.changes.push({ entry, change });
  await record(draft, entry, change, after, true);
}

function isTag(group: Group | null, tag: Bytes | null): boolean {
  return group === null || tag === null ? group === tag : equalBytes(groupTag(group), tag);
}

/** That one believes oneself clears nobody: only another's change shows that both follow one group. */
function spoilersAfter(
  spoilers: GroupRoom['spoilers'],
  after: Group | null,
  own: boolean,
): GroupRoom['spoilers'] {
  if (spoilers.length === 0) return spoilers;
  return own ? spoilers.filter((device) => after?.devices.includes(device)) : [];
}

async function record(
  draft: Draft,
  entry: Entry,
  change: GroupChange,
  after: Group | null,
  own = false,
): Promise<void> {
  const { state } = draft;
  const { epoch, epochs, leaving } = state;
  const key = after === null ? null : await groupKey(after);
  const gone = new Set(change.removed);
  // Who left and is let in anew before anybody let them go stays.
  const settled = new Set([...change.removed, ...change.readmitted]);
  const closed = state.spans.map((span) =>
    span.until === null && gone.has(span.device) ? { ...span, until: epoch } : span,
  );
  const opened = change.added.map((device) => ({ device, since: epoch, until: null }));
  draft.state = {
    ...state,
    epochs: [...epochs, { epoch, seq: entry.seq, at: entry.at, key }],
    spans: opened.length + gone.size === 0 ? state.spans : [...closed, ...opened],
    leaving: leaving.some((device) => settled.has(device))
      ? leaving.filter((device) => !settled.has(device))
      : leaving,
    rules: after?.rules ?? change.rules ?? state.rules,
    spoilers: spoilersAfter(state.spoilers, after, own),
  };
}

async function applyHandshake(draft: Draft, { entry, sender }: Handshake): Promise<void> {
  const { state } = draft;
  const frame = decodeHandshake(entry.frame);
  if (!openDevices(state).includes(sender.id)) throw new CryptoError('not_a_member');
  if (frame.type === 'part') {
    const parts = assembled(state.parts, sender.id, frame);
    draft.state = { ...state, parts };
    return;
  }
  await openLeave(frame.statement, { room: state.room, epoch: entry.epoch, sender });
  if (!state.leaving.includes(sender.id)) draft.state = { ...state, leaving: [...state.leaving, sender.id] };
  draft.changes.push({ entry, change: { type: 'left' } });
}
