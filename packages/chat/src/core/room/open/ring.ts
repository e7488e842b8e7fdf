import {
  acceptKeys,
  applyHandshakes,
  type CryptoError,
  countMessage,
  emptyRoom,
  epochKey,
  type Handshake,
  type OpenRoom,
  requireMember,
} from '@aurora/crypto';
import type { DeviceId, Entry, Seq } from '@aurora/protocol';
import type { Failure } from '../../../view/contract.ts';
import { ChatError, failureOf } from '../../failures.ts';
import { placeOf, type StoredRow } from '../../stored-rows.ts';
import { type Opened, warning } from '../opened.ts';
import { type Reader, senderUnknown } from '../reader.ts';
import type { Ring } from '../ring.ts';
import { openRoomShape } from './stored-room.ts';

/** Guests of one admit whose credentials are fetched to name them; a line names no more. */
const NAMED = 3;

/** Keys of an open room: random for each epoch, handed from member to member. */
export const openRing: Ring<OpenRoom> = {
  shape: openRoomShape,
  begin: (room) => ({ state: emptyRoom(room), complete: false }),
  keys: ({ epochs }) => epochs.flatMap(({ epoch, key }) => (key === null ? [] : [{ epoch, key }])),
  accept: async (state, keys) => (await acceptKeys(state, keys)).state,
  same: (a, b) => a.epoch === b.epoch && a.epochs === b.epochs && a.members === b.members,
  counted: (state, messages) =>
    messages === state.messages + 1 ? countMessage(state) : { ...state, messages },
  key: epochKey,
  requireMember,
  stands: ({ epochs }, { epoch, seq }) => {
    const index = epochs.findIndex((record) => record.epoch === epoch);
    const [own, next] = index === -1 ? [] : epochs.slice(index, index + 2);
    return own !== undefined && own.seq < seq && (next === undefined || seq < next.seq);
  },
  read: readHandshakes,
  // An open room has no title to change and no link to make.
  row: () => null,
  after: (state) => state,
};

async function readHandshakes(before: OpenRoom, run: readonly Entry[], reader: Reader) {
  const rows: Opened[] = [];
  const handshakes: Handshake[] = [];
  for (const entry of run) {
    const sender = reader.member(entry.sender);
    if (sender !== undefined) handshakes.push({ entry, sender });
    // A commit that nobody can judge leaves this device behind for good; an admit only admits nobody.
    else if (entry.kind === 'commit') throw new ChatError(withheld);
    else rows.push(warning(entry, senderUnknown));
  }
  const { state, refused } = await applyHandshakes(before, handshakes);
  for (const { entry, error } of refused) rows.push(warning(entry, refusedChange(error)));
  const bad = new Set(refused.map(({ entry }) => entry.seq));
  const good = handshakes.filter(({ entry }) => !bad.has(entry.seq));
  rows.push(...(await admissions(state, good, reader)));
  return { state, rows, life: good.some(({ sender }) => sender.id !== reader.me) };
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

export const withheld: Failure = {
  code: 'sender_unknown',
  message:
    'The server withholds who changed the keys of this room. Aurora cannot go on until it tells; reload to ask again.',
};

export function refusedChange(error: CryptoError): Failure {
  return {
    code: error.code,
    message: `A change of the room’s keys was refused. ${failureOf(error).message}`,
  };
}
