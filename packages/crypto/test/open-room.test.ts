import { encodeCbor, limits } from '@aurora/protocol';
import { expect, test } from 'vitest';
import {
  acceptKeys,
  admitFrame,
  announceFresh,
  announceRatchet,
  applyHandshake,
  countMessage,
  currentRecord,
  dueForRenewal,
  emptyRoom,
  epochKey,
  isMember,
  requireMember,
} from '../src/index.ts';
import { bytes32, DAY, epoch, Log, millis, seq } from './help/log.ts';
import { ada, bo, mal, opened } from './help/opened.ts';
import { expectRefusal } from './help/refusal.ts';

test('Ada opens an empty room and is its first member', async () => {
  const { state } = await opened();
  expect(state).toMatchObject({ epoch: 1, history: 'week', messages: 0 });
  expect(currentRecord(state)).toMatchObject({
    epoch: 1,
    how: 'fresh',
    previous: null,
    opener: ada.device.id,
  });
  expect(epochKey(state, epoch(1))).toHaveLength(32);
  expect(state.members.get(ada.device.id)).toEqual({ since: 1, seq: 1 });
});

test('[KY6] Bo is a member from the entry that admits him on', async () => {
  const { state } = await opened();
  expect(state.members.get(bo.device.id)).toEqual({ since: 1, seq: 2 });
  expect(isMember(state, bo.device.id, epoch(1))).toBe(true);
  expect(isMember(state, bo.device.id, epoch(0))).toBe(false);
  expect(isMember(state, mal.device.id, epoch(1))).toBe(false);
  const said = { sender: bo.device.id, epoch: epoch(1) };
  requireMember(state, { ...said, seq: seq(3) });
  for (const entry of [
    { ...said, seq: seq(1) },
    { ...said, epoch: epoch(0), seq: seq(3) },
    { ...said, sender: mal.device.id, seq: seq(3) },
  ]) {
    await expectRefusal(
      Promise.resolve().then(() => requireMember(state, entry)),
      'not_a_member',
    );
  }
});

test('Bo finds nobody and opens a fresh epoch, visibly becoming a member by it', async () => {
  const { log, state } = await opened();
  const { frame, key } = await announceFresh(state, mal.device);
  log.append('commit', mal, frame);
  const after = await log.read(state);
  expect(after.refused).toEqual([]);
  expect(after.state.members.get(mal.device.id)).toEqual({ since: 2, seq: 3 });
  expect(isMember(after.state, mal.device.id, epoch(1))).toBe(false);
  expect(epochKey(after.state, epoch(2))).toBeNull();
  expect(epochKey((await acceptKeys(after.state, [key])).state, epoch(2))).toEqual(key.key);
});

test('everybody who holds a key derives the ratcheted one by themselves, and nobody derives backwards', async () => {
  const { log, state } = await opened();
  const { frame, key } = await announceRatchet(state, ada.device);
  log.append('commit', ada, frame);
  expect(epochKey((await log.read(state)).state, epoch(2))).toEqual(key.key);

  const newcomer = (await log.read()).state;
  const granted = await acceptKeys(newcomer, [key]);
  expect(granted).toMatchObject({ taken: [2], refused: [] });
  expect(epochKey(granted.state, epoch(1))).toBeNull();
});

test('a key that comes late opens the ratchets after it too', async () => {
  const { log, state } = await opened();
  let ahead = state;
  for (let i = 0; i < 3; i += 1) {
    log.append('commit', ada, (await announceRatchet(ahead, ada.device)).frame);
    ahead = (await log.read(ahead)).state;
  }
  const late = await acceptKeys((await log.read()).state, [
    { epoch: epoch(1), key: epochKey(state, epoch(1)) ?? bytes32(0) },
  ]);
  expect(late.taken).toEqual([1, 2, 3, 4]);
  expect(late.state.epochs).toEqual(ahead.epochs);
});

test('only keys that their openers announced are taken', async () => {
  const { state, log } = await opened();
  const key = epochKey(state, epoch(1)) ?? bytes32(0);
  const empty = (await log.read()).state;
  const answer = await acceptKeys(empty, [
    { epoch: epoch(1), key: bytes32(1) },
    { epoch: epoch(2), key },
    { epoch: epoch(1), key: key.slice(1) },
  ]);
  expect(answer).toMatchObject({ taken: [], refused: [1, 2, 1] });
  expect(answer.state).toEqual(empty);
  expect(await acceptKeys(state, [{ epoch: epoch(1), key: bytes32(1) }])).toMatchObject({
    taken: [],
    refused: [1],
  });
  expect((await acceptKeys(state, [{ epoch: epoch(1), key }])).taken).toEqual([]);
});

test('a state survives structured clone and goes on', async () => {
  const { log, state } = await opened();
  const clone = structuredClone(state);
  expect(clone).toEqual(state);
  log.append('commit', bo, (await announceRatchet(clone, bo.device)).frame);
  expect((await log.read(clone)).refused).toEqual([]);
});

test('a room’s key is renewed after a day, after 1,000 messages, and when there is none', async () => {
  const { log, state } = await opened();
  expect(dueForRenewal(emptyRoom(log.room), log.now)).toBe(true);
  expect(dueForRenewal(state, millis(log.now + DAY - 1))).toBe(false);
  expect(dueForRenewal(state, millis(log.now + DAY))).toBe(true);
  let busy = state;
  for (let i = 0; i < 999; i += 1) busy = countMessage(busy);
  expect(dueForRenewal(busy, log.now)).toBe(false);
  busy = countMessage(busy);
  expect(dueForRenewal(busy, log.now)).toBe(true);
  log.append('commit', ada, (await announceFresh(busy, ada.device)).frame);
  expect((await log.read(busy)).state).toMatchObject({ messages: 0, epoch: 2 });
});

test('the first epoch settles the history policy, and later ones keep it', async () => {
  const log = new Log();
  log.append('commit', ada, (await announceFresh(emptyRoom(log.room), ada.device, 'none')).frame);
  const { state } = await log.read();
  log.append('commit', bo, (await announceFresh(state, bo.device, 'all')).frame);
  expect(await log.read()).toMatchObject({ refused: [], state: { epoch: 2, history: 'none' } });
});

test('a page of handshakes comes to the same as one after the other', async () => {
  const { log, state } = await opened();
  log.append('commit', bo, (await announceFresh(state, bo.device)).frame);
  log.append('commit', mal, encodeCbor('nonsense'));
  let single = emptyRoom(log.room);
  for (const { entry, sender } of log.handshakes)
    single = (await applyHandshake(single, entry, sender)).state;
  expect((await log.read()).state).toEqual(single);
});

test('who may not make a handshake is told so before sending it', async () => {
  const { state } = await opened();
  await expectRefusal(announceRatchet(state, mal.device), 'not_a_member');
  await expectRefusal(admitFrame(state, mal.device, [mal.device.id]), 'not_a_member');
  await expectRefusal(admitFrame(state, ada.device, []), 'too_many_devices');
  const many = Array.from(
    { length: limits.keyRequests + 1 },
    (_, i) => `${i}`.padStart(32, '0') as typeof ada.device.id,
  );
  await expectRefusal(admitFrame(state, ada.device, many), 'too_many_devices');
  expect((await admitFrame(state, ada.device, many.slice(1))).length).toBeLessThan(limits.frame);
  const keyless = { ...state, epochs: state.epochs.map((record) => ({ ...record, key: null })) };
  await expectRefusal(announceRatchet(keyless, ada.device), 'no_key');
});
