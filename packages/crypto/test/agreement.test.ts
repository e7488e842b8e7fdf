import { type Bytes, encodeCbor } from '@aurora/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  acceptKeys,
  admitFrame,
  announceFresh,
  announceRatchet,
  currentRecord,
  emptyRoom,
  epochKey,
  keyIdOf,
  type OpenRoom,
  recordOf,
} from '../src/index.ts';
import { type EpochStatement, signStatement } from '../src/room/statement.ts';
import { bytes32, epoch, Log, room } from './help/log.ts';
import { ada, bo, mal, opened, publicView } from './help/opened.ts';
import type { Person } from './help/people.ts';

test('a ratchet to a key that is not the ratchet’s is told to those who can tell, and splits nobody', async () => {
  const { log, state } = await opened();
  const lie: EpochStatement = {
    type: 'epoch',
    room: log.room,
    epoch: epoch(2),
    keyId: await keyIdOf(bytes32(9)),
    previous: currentRecord(state)?.keyId ?? null,
    how: 'ratchet',
    history: 'week',
    device: bo.device.id,
  };
  log.append('commit', bo, await signStatement(bo.device, lie));
  const holder = await log.read(state);
  const newcomer = await log.read();
  expect(holder.refused).toMatchObject([{ code: 'key_id_mismatch' }]);
  expect(newcomer.refused).toEqual([]);
  expect(publicView(holder.state)).toEqual(publicView(newcomer.state));
  expect(epochKey(holder.state, epoch(2))).toBeNull();
  log.append('commit', ada, (await announceFresh(holder.state, ada.device)).frame);
  expect((await log.read(newcomer.state)).refused).toEqual([]);
  expect((await log.read(holder.state)).refused).toEqual([]);
});

test('whatever members and strangers do, those who hold all keys, some and none agree, and the room can be reopened', async () => {
  const actions = fc.constantFrom('fresh', 'ratchet', 'admit', 'garbage', 'lie', 'stale', 'foreign');
  const people = (): Person[] => [ada, bo, mal];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(actions, fc.nat(2)), { maxLength: 12 }), async (script) => {
      const log = new Log();
      let holder = emptyRoom(log.room);
      let stale: Bytes = encodeCbor(0);
      for (const [action, who] of script) {
        const by = people()[who] ?? ada;
        const { frame, key, kind } = await act(action, holder, by, stale);
        log.append(kind, by, frame);
        if (kind === 'commit') stale = frame;
        holder = (await log.read(holder)).state;
        if (key !== null) holder = (await acceptKeys(holder, [key])).state;
      }
      const newcomer = (await log.read()).state;
      expect(publicView(newcomer)).toEqual(publicView(holder));
      log.append('commit', bo, (await announceFresh(newcomer, bo.device)).frame);
      const after = await log.read();
      expect(currentRecord(after.state)).toMatchObject({ opener: bo.device.id });
      expect(recordOf(after.state, after.state.epoch)).toBe(currentRecord(after.state));
    }),
    { numRuns: 60 },
  );
});

type Act = {
  kind: 'commit' | 'handshake';
  frame: Bytes;
  key: { epoch: ReturnType<typeof epoch>; key: Bytes } | null;
};

async function act(action: string, state: OpenRoom, by: Person, stale: Bytes): Promise<Act> {
  switch (action) {
    case 'ratchet':
      try {
        return { kind: 'commit', ...(await announceRatchet(state, by.device)) };
      } catch {
        return act('fresh', state, by, stale);
      }
    case 'admit':
      return {
        kind: 'handshake',
        frame: await admitFrame(state, by.device, [mal.device.id]).catch(() => stale),
        key: null,
      };
    case 'garbage':
      return { kind: 'commit', frame: encodeCbor([1, 2, 3]), key: null };
    case 'stale':
      return { kind: 'commit', frame: stale, key: null };
    case 'foreign':
      return { kind: 'commit', ...(await announceFresh({ ...state, room: room(2) }, by.device)), key: null };
    case 'lie': {
      const lie: EpochStatement = {
        type: 'epoch',
        room: state.room,
        epoch: epoch(state.epoch + 1),
        keyId: crypto.getRandomValues(new Uint8Array(32)),
        previous: state.epochs.at(-1)?.keyId ?? null,
        how: 'ratchet',
        history: state.history,
        device: by.device.id,
      };
      return { kind: 'commit', frame: await signStatement(by.device, lie), key: null };
    }
    default:
      return { kind: 'commit', ...(await announceFresh(state, by.device)) };
  }
}
