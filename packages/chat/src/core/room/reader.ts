import {
  applyHandshake,
  type ContentKeys,
  CryptoError,
  countMessage,
  epochKey,
  type Member,
  type OpenRoom,
  openMessage,
  requireMember,
} from '@aurora/crypto';
import type { DeviceId, Entry, IdentityId } from '@aurora/protocol';
import type { Failure } from '../../view/contract.ts';
import { ChatError, failureOf } from '../failures.ts';
import { placeOf, type StoredRow } from '../stored-rows.ts';
import type { Chain } from './chain.ts';
import type { KnownIds } from './known-ids.ts';

/** What reading an entry needs to know beside the entry. */
export interface Reader {
  readonly me: DeviceId;
  readonly keys: ContentKeys;
  readonly known: KnownIds;
  member(device: DeviceId): Member | undefined;
}

export interface Reading {
  readonly open: OpenRoom;
  readonly rows: StoredRow[];
  /** Set when a member saw another history than was told here. */
  readonly fork: Failure | null;
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
  let fork: Failure | null = null;
  const rows: (Promise<Opened> | StoredRow)[] = [];
  for (const entry of entries) {
    await chain.extend(entry);
    const sender = reader.member(entry.sender);
    if (entry.kind === 'message') {
      const stale = entry.epoch !== open.epoch;
      rows.push(stale ? warning(entry, staleMessage) : openEntry(open, entry, reader));
      open = countMessage(open);
    } else if (sender === undefined) {
      // Going on without it would leave this device behind for good; without the credential nobody can judge it.
      throw new ChatError(withheld);
    } else {
      const applied = await applyHandshake(open, entry, sender);
      open = applied.state;
      if (applied.refused !== null) rows.push(warning(entry, refusedChange(applied.refused)));
    }
  }
  const opened = await Promise.all(rows.map(async (row) => asOpened(await row)));
  if (opened.some(({ seen }) => seen !== null && chain.compare(seen) === 'differs')) fork = forked;
  return { open, rows: opened.map(({ row }) => row), fork };
}

/** Reads entries from before the place where this device began to follow; their keys came with a grant, or never. */
export async function readBackward(
  open: OpenRoom,
  entries: readonly Entry[],
  reader: Reader,
): Promise<StoredRow[]> {
  const messages = entries.filter(({ kind }) => kind === 'message');
  const opened = await Promise.all(messages.map((entry) => openEntry(open, entry, reader)));
  return opened.map(({ row }) => row);
}

interface Opened {
  readonly row: StoredRow;
  readonly seen: Parameters<Chain['compare']>[0] | null;
}

function asOpened(row: Opened | StoredRow): Opened {
  return 'row' in row ? row : { row, seen: null };
}

async function openEntry(open: OpenRoom, entry: Entry, reader: Reader): Promise<Opened> {
  const sender = reader.member(entry.sender);
  if (sender === undefined) return { row: warning(entry, senderUnknown), seen: null };
  const key = epochKey(open, entry.epoch);
  try {
    requireMember(open, entry);
    if (key === null) {
      if (!reader.known.claim(entry.id, entry.seq)) return { row: replay(entry), seen: null };
      const reason = entry.epoch === open.epoch ? 'waiting_for_key' : 'before_you_came';
      return { row: { type: 'sealed', ...placeOf(entry), reason, entry }, seen: null };
    }
    const { room } = open;
    const { id, epoch, frame } = entry;
    const body = await openMessage({ room, epoch, key, id, keys: reader.keys, sender, frame });
    if (!reader.known.claim(id, entry.seq)) return { row: replay(entry), seen: null };
    return { row: messageRow(entry, sender, reader.me, body.text), seen: body.seen };
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    return {
      row: warning(entry, error.code === 'body_unknown' ? needsNewer : leftOut(error, sender)),
      seen: null,
    };
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
  const identity: IdentityId = sender.identity;
  return {
    type: 'message',
    ...placeOf(entry),
    identity,
    nickname: sender.nickname,
    mine: sender.id === me,
    text: words,
  };
}

/** Under an id of its own: the message's belongs to where it stood first. */
function replay(entry: Entry): StoredRow {
  return { ...warning(entry, replayed), id: `replay-${entry.seq}` };
}

function warning(entry: Entry, { code, message }: Failure): StoredRow {
  return { type: 'warning', ...placeOf(entry), code, message };
}
