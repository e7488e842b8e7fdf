import {
  type Device,
  emptyGroupRoom,
  type GroupRoom,
  groupEpochKey,
  historyPolicies,
  isGroupMember,
  type Member,
  requireGroupMember,
} from '@aurora/crypto';
import type { GroupChange, OwnCommit } from '@aurora/crypto/groups';
import {
  type Bytes,
  bool,
  bytes,
  type DeviceId,
  deviceId,
  type Entry,
  type Epoch,
  epoch,
  identityId,
  limits,
  list,
  millis,
  nullable,
  oneOf,
  type RoomId,
  record,
  roomId,
  type Seq,
  type Shape,
  seq,
  text,
  uint,
} from '@aurora/protocol';
import { ChatError } from '../../failures.ts';
import { groups } from '../../groups.ts';
import type { Members } from '../../members.ts';
import { placeOf, type StoredRow } from '../../stored-rows.ts';
import { refusedChange, withheld } from '../open/ring.ts';
import { type Opened, type Said, warning } from '../opened.ts';
import { type Reader, senderUnknown } from '../reader.ts';
import type { Change, Ring } from '../ring.ts';

/** A group's ledger, and what was said in it about itself. */
export interface GroupState extends GroupRoom {
  readonly title: string | null;
  /** The secret of the invite link. */
  readonly link: Bytes | null;
  /** The log was restored from a backup: nothing is said before a change of keys that who was removed does not follow. */
  readonly renew: boolean;
  /** The epoch that this device's own change began, when the one before it was void. */
  readonly mended: Epoch | null;
  /** Somebody who is not in the group spoke in it, and no admin, whose commits shut such people out, has changed the keys since. */
  readonly haunted: boolean;
}

export interface GroupRingWay {
  readonly device: Device;
  readonly members: Members;
  /** This device's own commit on its way to the log. */
  pending(): OwnCommit | null;
}

const MOST = 1_000_000;
const GROUP_BYTES = 4 * 1024 * 1024;
const PART_BYTES = 512 * 1024;

const shape: Shape<GroupState> = record({
  room: roomId,
  epoch,
  epochs: list(record({ epoch, seq, at: millis, key: nullable(bytes(32)) }), MOST),
  spans: list(record({ device: deviceId, since: epoch, until: nullable(epoch) }), MOST),
  leaving: list(deviceId, limits.members),
  group: nullable(bytes(1, GROUP_BYTES)),
  rules: nullable(
    record({
      kind: oneOf(['direct', 'private']),
      history: oneOf(historyPolicies),
      admins: list(identityId, limits.admins),
    }),
  ),
  parts: list(
    record({ device: deviceId, hash: bytes(32), pieces: list(bytes(0, PART_BYTES), 16) }),
    limits.members,
  ),
  messages: uint(),
  spoilers: list(deviceId, limits.members),
  title: nullable(text(200)),
  link: nullable(bytes(16)),
  fate: oneOf(['in', 'removed', 'behind']),
  renew: bool,
  mended: nullable(epoch),
  haunted: bool,
}) as unknown as Shape<GroupState>;

/** A room of which nothing is known yet. */
export function emptyState(room: RoomId): GroupState {
  return { ...emptyGroupRoom(room), title: null, link: null, renew: false, mended: null, haunted: false };
}

/** Keys of an MLS group: what its commits say, as this device has followed them. */
export function groupRing(way: GroupRingWay): Ring<GroupState> {
  return {
    shape,
    begin: (room, kept, head) => {
      if (kept === null) return { state: emptyState(room), complete: true };
      // Commits that the backup does not have are known to the members all the same, who go on from where they stand.
      const epochs = kept.epochs.filter(({ epoch: known }) => known <= head.epoch);
      return { state: { ...kept, epoch: head.epoch, epochs, messages: 0, renew: true }, complete: true };
    },
    keys: ({ epochs }) => epochs.flatMap(({ epoch: of, key }) => (key === null ? [] : [{ epoch: of, key }])),
    accept: async (state) => state,
    same: (a, b) => {
      const { messages: _a, ...kept } = a;
      const { messages: _b, ...other } = b;
      return (Object.keys(kept) as (keyof typeof kept)[]).every((name) => kept[name] === other[name]);
    },
    counted: (state, messages) => ({ ...state, messages }),
    key: groupEpochKey,
    requireMember: (state, entry) => {
      // Without keys this device has followed no commits: who may speak is judged when they come.
      const isKnown = state.group !== null || state.epochs.some(({ epoch: of }) => of === entry.epoch);
      if (isKnown) requireGroupMember(state, entry);
    },
    // Of epochs from before this device came it knows the keys at most, and not where they began.
    stands: ({ epochs }, { epoch: of, seq: at }) => {
      const own = epochs.findLast((record) => record.epoch === of);
      const next = epochs.find((record) => record.epoch > of && record.seq > 0);
      return (own === undefined || own.seq < at) && (next === undefined || at < next.seq);
    },
    read: (state, run, reader) => readRun(way, state, run, reader),
    row,
    after: (state, { body }) =>
      body.type === 'title' ? { ...state, title: body.title } : { ...state, link: body.secret },
  };
}

async function readRun(
  { device, members, pending }: GroupRingWay,
  before: GroupState,
  run: readonly Entry[],
  reader: Reader,
): Promise<Change<GroupState>> {
  const rows: Opened[] = [];
  const handshakes: { entry: Entry; sender: Member }[] = [];
  for (const entry of run) {
    const sender = reader.member(entry.sender);
    if (sender !== undefined) handshakes.push({ entry, sender });
    else if (entry.kind === 'commit') throw new ChatError(withheld);
    else rows.push(warning(entry, senderUnknown));
  }
  const { applyGroupEntries } = await groups();
  const applied = await applyGroupEntries(before, handshakes, {
    device,
    resolve: (devices) => members.of(devices),
    pending: pending(),
  });
  // Whoever stands behind cannot follow what the others change meanwhile, and is told by the welcome where they are.
  const isBehind = before.fate === 'behind' || applied.fate === 'behind';
  for (const { entry, error } of applied.refused)
    if (!(isBehind && ['commit_stale', 'commit_ahead'].includes(error.code)))
      rows.push(warning(entry, refusedChange(error)));
  const senders = new Map(handshakes.map(({ entry, sender }) => [entry.seq, sender]));
  const touched = applied.changes.flatMap(({ change }) => ('added' in change ? devicesOf(change) : []));
  await reader.learn(touched);
  const leaving = new Set(before.leaving);
  for (const { entry, change } of applied.changes) {
    const sender = senders.get(entry.seq);
    if (sender === undefined) continue;
    if ('type' in change) leaving.add(entry.sender);
    else if (change.removed.some((one) => !leaving.has(one))) rows.push(unlinked(entry, sender));
    const direct = applied.state.rules?.kind === 'direct';
    rows.push(...changeRows(entry, sender, withoutLeft(change, leaving), before, direct, reader));
  }
  const mended = mendedEpoch(before, applied, device.id);
  const apart = mended !== null && applied.refused.some((one) => isOfAnother(one, mended, device.id));
  const followed = apart && applied.fate === 'in' ? 'behind' : applied.fate;
  const fate = before.fate === 'removed' && followed === 'behind' ? 'removed' : followed;
  const renew = before.renew && applied.changes.length === 0;
  const haunted = isHaunted(before, applied, senders);
  const state = { ...before, ...applied.state, fate, renew, mended, haunted };
  return { state, rows, life: handshakes.some(({ sender }) => sender.id !== reader.me) };
}

/** Nobody has to be told that somebody was removed who had left. */
function withoutLeft(
  change: GroupChange | { readonly type: 'left' },
  leaving: ReadonlySet<DeviceId>,
): GroupChange | { readonly type: 'left' } {
  if ('type' in change) return change;
  return { ...change, removed: change.removed.filter((device) => !leaving.has(device)) };
}

/** Who is removed knows the invite link, so that it ends with them, for everybody alike. */
function unlinked(entry: Entry, sender: Member): Opened {
  const body = { type: 'link', at: entry.at, seen: null, secret: null } as const;
  return { entry, row: null, seen: null, said: { entry, sender, body } };
}

type Applied = Awaited<ReturnType<Awaited<ReturnType<typeof groups>>['applyGroupEntries']>>;

/** The newest epoch, if this device began it and the one before was void. */
function mendedEpoch({ mended }: GroupState, { state, changes }: Applied, me: DeviceId): Epoch | null {
  const [before, newest] = state.epochs.slice(-2);
  const began = changes.findLast(({ change }) => 'added' in change);
  if (began === undefined) return mended;
  if (began.entry.sender !== me || before === undefined || newest === undefined) return null;
  return newest.epoch - before.epoch > 1 ? newest.epoch : null;
}

/**
 * A change of another that begins where this device stands alone, and is not of its group: the void epoch was void here only, because
 * the relay told this device something else. Who stands further back finds the change stale, so that only one side asks to be let in.
 */
function isOfAnother({ entry, error }: Applied['refused'][number], mended: Epoch, me: DeviceId): boolean {
  return (
    entry.kind === 'commit' &&
    entry.sender !== me &&
    entry.epoch >= mended &&
    ['commit_malformed', 'commit_ahead'].includes(error.code)
  );
}

function isHaunted(
  before: GroupState,
  { state, changes, refused }: Applied,
  senders: ReadonlyMap<Seq, Member>,
): boolean {
  // Who does not follow the group cannot tell who is in it.
  if (before.group === null || before.fate !== 'in') return before.haunted;
  const isAdmins = ({ seq }: Entry) => state.rules?.admins.some((one) => one === senders.get(seq)?.identity);
  const swept = changes.findLast(({ entry, change }) => 'added' in change && isAdmins(entry));
  const ghost = refused.findLast(({ entry }) => !isGroupMember(state, entry));
  if (ghost !== undefined && ghost.entry.seq > (swept?.entry.seq ?? 0)) return true;
  return before.haunted && swept === undefined;
}

const devicesOf = ({ added, removed, readmitted }: GroupChange): DeviceId[] => [
  ...added,
  ...removed,
  ...readmitted,
];

type RowChange = Extract<StoredRow, { type: 'change' }>['change'];

function changeRows(
  entry: Entry,
  by: Member,
  change: GroupChange | { readonly type: 'left' },
  before: GroupState,
  direct: boolean,
  reader: Reader,
): Opened[] {
  const names = (devices: readonly DeviceId[]) =>
    devices.flatMap((device) => reader.member(device)?.nickname ?? []);
  const told: RowChange[] = [];
  if ('type' in change) told.push({ type: 'left' });
  else {
    const { added, removed, readmitted, rules } = change;
    // That two people who talk can read each other needs no line.
    if (entry.epoch === 0 && !direct) told.push({ type: 'created' });
    const others = added.filter((device) => device !== by.id);
    if (others.length > 0 && !direct) told.push({ type: 'added', names: names(others) });
    if (removed.length > 0) told.push({ type: 'removed', names: names(removed) });
    if (readmitted.length > 0) told.push({ type: 'readmitted', names: names(readmitted) });
    if (rules !== null && before.rules !== null) {
      const admins = { before: before.rules.admins, after: rules.admins };
      const named = (all: readonly string[], without: readonly string[]) =>
        all
          .filter((identity) => !without.includes(identity))
          .flatMap((identity) => nameOf(identity, before, reader));
      const made = named(admins.after, admins.before);
      const unmade = named(admins.before, admins.after);
      if (made.length + unmade.length > 0) told.push({ type: 'admins', made, unmade });
    }
  }
  return told.map((one, minor) => ({ entry, row: changeRow(entry, by, one, minor, reader.me), seen: null }));
}

function nameOf(identity: string, { spans }: GroupState, reader: Reader): string[] {
  const member = spans
    .map(({ device }) => reader.member(device))
    .find((known) => known !== undefined && known.identity === identity);
  return member === undefined ? [] : [member.nickname];
}

export function changeRow(
  entry: Entry,
  by: Member,
  change: RowChange,
  minor: number,
  me: DeviceId,
): StoredRow {
  const place = { ...placeOf(entry, me), id: `change-${entry.seq}-${minor}`, minor };
  return { type: 'change', ...place, by: by.nickname, mine: by.id === me, change };
}

/** Only an admin of a private room says what it is called and who may come in. */
function row({ rules }: GroupState, { entry, sender, body }: Said, reader: Reader): StoredRow | null {
  if (rules?.kind !== 'private' || !rules.admins.includes(sender.identity)) return null;
  const change: RowChange =
    body.type === 'title'
      ? { type: 'titled', title: body.title }
      : { type: body.secret === null ? 'unlinked' : 'linked' };
  return { ...changeRow(entry, sender, change, 0, reader.me), ...placeOf(entry, reader.me) };
}
