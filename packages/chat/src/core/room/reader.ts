import {
  type ContentKeys,
  CryptoError,
  type FileDescriptor,
  type Member,
  type MessageBody,
  openMessage,
} from '@aurora/crypto';
import type { DeviceId, Entry, Epoch } from '@aurora/protocol';
import type { Failure } from '../../view/contract.ts';
import { failureOf } from '../failures.ts';
import { placeOf, type StoredRow } from '../stored-rows.ts';
import type { Chain } from './chain.ts';
import type { KnownIds } from './known-ids.ts';
import { type Opened, type Said, warning } from './opened.ts';
import type { Keyed, Ring } from './ring.ts';

/** What reading an entry needs to know beside the entry. */
export interface Reader {
  readonly me: DeviceId;
  readonly keys: ContentKeys;
  readonly known: KnownIds;
  member(device: DeviceId): Member | undefined;
  /** Gets the credentials of these devices, as far as they are to be had. */
  learn(devices: readonly DeviceId[]): Promise<void>;
}

export interface Reading<S> {
  readonly state: S;
  readonly rows: StoredRow[];
  /** Set when a member saw another history than was told here. */
  readonly fork: Failure | null;
  /** Whether somebody else changed keys or members, and was believed. */
  readonly life: boolean;
}

export const senderUnknown: Failure = {
  code: 'sender_unknown',
  message: 'A message was left out: the server could not prove who sent it.',
};
const staleMessage: Failure = {
  code: 'epoch_mismatch',
  message: 'A message was left out: it was sealed with a key that was no longer in use.',
};
const replayed: Failure = {
  code: 'replayed',
  message: 'A message was left out: the server told it a second time.',
};
const notAllowed: Failure = {
  code: 'not_allowed',
  message: 'A change of this room was left out: whoever made it may not make it.',
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
export async function readForward<S extends Keyed>(
  ring: Ring<S>,
  start: S,
  entries: readonly Entry[],
  chain: Chain,
  reader: Reader,
): Promise<Reading<S>> {
  let state = start;
  let life = false;
  const read: (Promise<Opened> | Opened)[] = [];
  for (let at = 0; at < entries.length; ) {
    const entry = entries[at];
    if (entry === undefined) break;
    if (entry.kind === 'message') {
      await chain.extend(entry);
      const stale = entry.epoch !== state.epoch;
      read.push(stale ? warning(entry, staleMessage) : openEntry(ring, state, entry, reader));
      state = ring.counted(state, state.messages + 1);
      at += 1;
      continue;
    }
    const run = handshakesFrom(entries, at);
    for (const one of run) await chain.extend(one);
    const changed = await ring.read(state, run, reader);
    state = changed.state;
    read.push(...changed.rows);
    life ||= changed.life;
    at += run.length;
  }
  const opened = inOrder(await Promise.all(read), reader);
  for (const { said } of opened) if (said !== undefined) state = ring.after(state, said);
  const fork = opened.some(
    ({ entry, seen }) => seen !== null && chain.compare(seen, entry.seq) === 'differs',
  );
  return { state, rows: opened.flatMap(({ row }) => row ?? []), fork: fork ? forked : null, life };
}

/**
 * Reads entries from before the place where this device began to follow; their keys came with a grant, or never. `epoch` is the
 * room's after the last of them; gives back the one before the first.
 */
export async function readBackward<S extends Keyed>(
  ring: Ring<S>,
  state: S,
  epoch: Epoch,
  entries: readonly Entry[],
  reader: Reader,
): Promise<{ rows: StoredRow[]; epoch: Epoch }> {
  let current = epoch;
  const opened: (Promise<Opened> | Opened)[] = [];
  for (const entry of entries.toReversed()) {
    if (entry.kind === 'commit') current = entry.epoch;
    if (entry.kind !== 'message') continue;
    const stale = entry.epoch !== current || !ring.stands(state, entry);
    opened.push(stale ? warning(entry, staleMessage) : openEntry(ring, state, entry, reader));
  }
  return { rows: rowsOf(await Promise.all(opened), reader), epoch: current };
}

/** Tries entries again whose key had not come when they were read; also gives what they say about the room. */
export async function readAgain<S extends Keyed>(
  ring: Ring<S>,
  state: S,
  entries: readonly Entry[],
  reader: Reader,
): Promise<{ rows: StoredRow[]; said: Said[] }> {
  const read = await Promise.all(entries.map((entry) => openEntry(ring, state, entry, reader)));
  const opened = inOrder(read, reader);
  return { rows: opened.flatMap(({ row }) => row ?? []), said: opened.flatMap(({ said }) => said ?? []) };
}

function rowsOf(opened: readonly Opened[], reader: Reader): StoredRow[] {
  return inOrder(opened, reader).flatMap(({ row }) => row ?? []);
}

/** The handshakes that stand side by side from here on. */
function handshakesFrom(entries: readonly Entry[], start: number): Entry[] {
  const end = entries.findIndex(({ kind }, index) => index >= start && kind === 'message');
  return entries.slice(start, end === -1 ? undefined : end);
}

/** In the order of the log, each sender's id only where it stands first. */
function inOrder(opened: readonly Opened[], { known }: Reader): Opened[] {
  const sorted = [...opened].sort((a, b) => a.entry.seq - b.entry.seq);
  return sorted.map((one) => {
    const claims = one.entry.kind === 'message' && one.row !== null && one.row.type !== 'warning';
    return claims && !known.claim(one.entry) ? warning(one.entry, replayed) : one;
  });
}

async function openEntry<S extends Keyed>(
  ring: Ring<S>,
  state: S,
  entry: Entry,
  reader: Reader,
): Promise<Opened> {
  const sender = reader.member(entry.sender);
  if (sender === undefined) return warning(entry, senderUnknown);
  const key = ring.key(state, entry.epoch);
  try {
    ring.requireMember(state, entry);
    if (key === null) {
      const reason = entry.epoch === state.epoch ? 'waiting_for_key' : 'before_you_came';
      return { entry, row: { type: 'sealed', ...placeOf(entry, reader.me), reason, entry }, seen: null };
    }
    const { room } = state;
    const { id, epoch, frame } = entry;
    const body = await openMessage({ room, epoch, key, id, keys: reader.keys, sender, frame });
    return opened(ring, state, entry, sender, body, reader);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    return warning(entry, error.code === 'body_unknown' ? needsNewer : leftOut(error, sender));
  }
}

function opened<S extends Keyed>(
  ring: Ring<S>,
  state: S,
  entry: Entry,
  sender: Member,
  body: MessageBody,
  reader: Reader,
): Opened {
  if (body.type === 'text' || body.type === 'files') {
    const files = body.type === 'files' ? body.files : [];
    return { entry, row: messageRow(entry, sender, reader.me, body.text, files), seen: body.seen };
  }
  const said = { entry, sender, body };
  const row = ring.row(state, said, reader);
  return row === null ? warning(entry, notAllowed) : { entry, row, seen: body.seen, said };
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

function messageRow(
  entry: Entry,
  sender: Member,
  me: DeviceId,
  words: string,
  files: FileDescriptor[],
): StoredRow {
  return {
    type: 'message',
    ...placeOf(entry, me),
    sender: sender.id,
    identity: sender.identity,
    nickname: sender.nickname,
    mine: sender.id === me,
    text: words,
    files,
  };
}
