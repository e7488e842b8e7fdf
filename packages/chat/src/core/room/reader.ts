import {
  applyHandshakes,
  type ContentKeys,
  CryptoError,
  countMessage,
  epochKey,
  type Handshake,
  type Member,
  type OpenRoom,
  openMessage,
  requireMember,
} from '@aurora/crypto';
import type { DeviceId, Entry, Seq } from '@aurora/protocol';
import type { Failure } from '../../view/contract.ts';
import { ChatError, failureOf } from '../failures.ts';
import { placeOf, type StoredRow } from '../stored-rows.ts';
import type { Chain, Seen } from './chain.ts';
import type { KnownIds } from './known-ids.ts';

/** Guests of one admit whose credentials are fetched to name them; a line names no more. */
const NAMED = 3;

/** What reading an entry needs to know beside the entry. */
export interface Reader {
  readonly me: DeviceId;
  readonly keys: ContentKeys;
  readonly known: KnownIds;
  member(device: DeviceId): Member | undefined;
  /** Gets the credentials of these devices, as far as they are to be had. */
  learn(devices: readonly DeviceId[]): Promise<void>;
}

export interface Reading {
  readonly open: OpenRoom;
  readonly rows: StoredRow[];
  /** Set when a member saw another history than was told here. */
  readonly fork: Failure | null;
  /** Whether somebody else changed keys or members, and was believed. */
  readonly life: boolean;
}

const senderUnknown: Failure = {
  code: 'sender_unknown',
  message: 'A message was left out: the server could not prove who sent it.',
};
const withheld: Failure = {
  code: 'sender_unknown',
  message:
    'The server withholds who changed the keys of this room. Aurora cannot go on until it tells; reload to ask again.',
};
const staleMessage: Failure = {
  code: 'epoch_mismatch',
  message: 'A message was left out: it was sealed with a key that was no longer in use.',
};
const replayed: Failure = {
  code: 'replayed',
  message: 'A message was left out: the server told it a second time.',
};
const forked: Failure = {
  code: 'fork',
  message:
    'Another member’s device saw a different history of this room than yours: the server may hide or reorder messages. Compare with them another way.',
};

/**
 * Reads entries in the order of the log: `(state, entries) → {state, rows}`. Nothing that a member or the relay can put
 * there makes it throw: what cannot be believed becomes a warning in its place. Only a relay that withholds the
 * credential behind a change of keys does, with a ChatError: then nothing is kept and it is asked again.
 */
export async function readForward(
  start: OpenRoom,
  entries: readonly Entry[],
  chain: Chain,
  reader: Reader,
): Promise<Reading> {
  let open = start;
  let life = false;
  const read: (Promise<Opened> | Opened)[] = [];
  for (let at = 0; at < entries.length; ) {
    const entry = entries[at];
    if (entry === undefined) break;
    if (entry.kind === 'message') {
      await chain.extend(entry);
      const stale = entry.epoch !== open.epoch;
      read.push(stale ? warning(entry, staleMessage) : openEntry(open, entry, reader));
      open = countMessage(open);
      at += 1;
      continue;
    }
    const run = handshakesFrom(entries, at);
    for (const one of run) await chain.extend(one);
    const changed = await readHandshakes(open, run, reader);
    open = changed.open;
    read.push(...changed.rows);
    life ||= changed.life;
    at += run.length;
  }
  const opened = inOrder(await Promise.all(read), reader);
  const fork = opened.some(
    ({ entry, seen }) => seen !== null && chain.compare(seen, entry.seq) === 'differs',
  );
  return { open, rows: opened.flatMap(({ row }) => row ?? []), fork: fork ? forked : null, life };
}

/** Reads entries from before the place where this device began to follow; their keys came with a grant, or never. */
export async function readBackward(
  open: OpenRoom,
  entries: readonly Entry[],
  reader: Reader,
): Promise<StoredRow[]> {
  const messages = entries.filter(({ kind }) => kind === 'message');
  const opened = await Promise.all(
    messages.map((entry) =>
      standsInItsEpoch(open, entry) ? openEntry(open, entry, reader) : warning(entry, staleMessage),
    ),
  );
  return inOrder(opened, reader).flatMap(({ row }) => row ?? []);
}

interface Opened {
  readonly entry: Entry;
  /** Null for what leaves no line, such as a change of keys that went well. */
  readonly row: StoredRow | null;
  readonly seen: Seen | null;
}

/** The handshakes that stand side by side from here on. */
function handshakesFrom(entries: readonly Entry[], start: number): Entry[] {
  const end = entries.findIndex(({ kind }, index) => index >= start && kind === 'message');
  return entries.slice(start, end === -1 ? undefined : end);
}

async function readHandshakes(
  before: OpenRoom,
  run: readonly Entry[],
  reader: Reader,
): Promise<{ open: OpenRoom; rows: Opened[]; life: boolean }> {
  const rows: Opened[] = [];
  const handshakes: Handshake[] = [];
  for (const entry of run) {
    const sender = reader.member(entry.sender);
    if (sender !== undefined) handshakes.push({ entry, sender });
    // A commit that nobody can judge leaves this device behind for good; an admit only admits nobody.
    else if (entry.kind === 'commit') throw new ChatError(withheld);
    else rows.push(warning(entry, senderUnknown));
  }
  const { state: open, refused } = await applyHandshakes(before, handshakes);
  for (const { entry, error } of refused) rows.push(warning(entry, refusedChange(error)));
  const bad = new Set(refused.map(({ entry }) => entry.seq));
  const good = handshakes.filter(({ entry }) => !bad.has(entry.seq));
  rows.push(...(await admissions(open, good, reader)));
  return { open, rows, life: good.some(({ sender }) => sender.id !== reader.me) };
}

/** A line for each admit that let somebody in: who reads along is told by the log, not by the server. */
async function admissions(open: OpenRoom, good: readonly Handshake[], reader: Reader): Promise<Opened[]> {
  const admits = new Map(
    good.flatMap(({ entry, sender }) => (entry.kind === 'handshake' ? [[entry.seq, { entry, sender }]] : [])),
  );
  if (admits.size === 0) return [];
  const admitted = new Map<Seq, DeviceId[]>();
  for (const [device, { seq }] of open.members) {
    if (admits.has(seq)) admitted.set(seq, [...(admitted.get(seq) ?? []), device]);
  }
  await reader.learn([...admitted.values()].flatMap((devices) => devices.slice(0, NAMED)));
  return [...admitted].flatMap(([seq, devices]) => {
    const admit = admits.get(seq);
    if (admit === undefined) return [];
    const { entry, sender } = admit;
    const names = devices.slice(0, NAMED).flatMap((device) => reader.member(device)?.nickname ?? []);
    const row: StoredRow = {
      type: 'admission',
      ...placeOf(entry, reader.me),
      id: `admission-${seq}`,
      by: sender.nickname,
      names,
      more: devices.length - names.length,
    };
    return [{ entry, row, seen: null }];
  });
}

/** In the order of the log, each sender's id only where it stands first. */
function inOrder(opened: readonly Opened[], { known }: Reader): Opened[] {
  const sorted = [...opened].sort((a, b) => a.entry.seq - b.entry.seq);
  return sorted.map((one) => {
    const claims = one.row?.type === 'message' || one.row?.type === 'sealed';
    return claims && !known.claim(one.entry) ? warning(one.entry, replayed) : one;
  });
}

/** Whether an entry stands after the commit of its epoch and before that of the next: elsewhere the relay moved it. */
function standsInItsEpoch(open: OpenRoom, { epoch, seq }: Entry): boolean {
  const index = open.epochs.findIndex((record) => record.epoch === epoch);
  const [own, next] = index === -1 ? [] : open.epochs.slice(index, index + 2);
  return own !== undefined && own.seq < seq && (next === undefined || seq < next.seq);
}

async function openEntry(open: OpenRoom, entry: Entry, reader: Reader): Promise<Opened> {
  const sender = reader.member(entry.sender);
  if (sender === undefined) return warning(entry, senderUnknown);
  const key = epochKey(open, entry.epoch);
  try {
    requireMember(open, entry);
    if (key === null) {
      const reason = entry.epoch === open.epoch ? 'waiting_for_key' : 'before_you_came';
      return { entry, row: { type: 'sealed', ...placeOf(entry, reader.me), reason, entry }, seen: null };
    }
    const { room } = open;
    const { id, epoch, frame } = entry;
    const body = await openMessage({ room, epoch, key, id, keys: reader.keys, sender, frame });
    return { entry, row: messageRow(entry, sender, reader.me, body.text), seen: body.seen };
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    return warning(entry, error.code === 'body_unknown' ? needsNewer : leftOut(error, sender));
  }
}

const needsNewer: Failure = {
  code: 'body_unknown',
  message: 'A message of a newer kind came. Reload the page to get the newest version.',
};

function leftOut(error: CryptoError, sender: Member): Failure {
  return {
    code: error.code,
    message: `A message said to be from ${sender.nickname} was left out. ${failureOf(error).message}`,
  };
}

function refusedChange(error: CryptoError): Failure {
  return {
    code: error.code,
    message: `A change of the room’s keys was refused. ${failureOf(error).message}`,
  };
}

function messageRow(entry: Entry, sender: Member, me: DeviceId, words: string): StoredRow {
  return {
    type: 'message',
    ...placeOf(entry, me),
    sender: sender.id,
    identity: sender.identity,
    nickname: sender.nickname,
    mine: sender.id === me,
    text: words,
  };
}

/** Under a name of its own: what was not believed must not stand for, or upon, what was. */
function warning(entry: Entry, { code, message }: Failure): Opened {
  const { seq, at } = entry;
  return {
    entry,
    row: { type: 'warning', id: `warning-${seq}`, seq, minor: 0, at, code, message },
    seen: null,
  };
}
