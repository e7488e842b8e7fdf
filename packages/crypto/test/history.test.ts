import type { EpochRange } from '@aurora/protocol';
import { limits } from '@aurora/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptKeys,
  admitFrame,
  announceFresh,
  announceRatchet,
  emptyRoom,
  epochKey,
  grantable,
  type HistoryPolicy,
  heldEpochs,
  missingEpochs,
  needsRatchet,
  type OpenRoom,
  openGrant,
  openMessage,
  sealGrant,
  sealMessage,
} from '../src/index.ts';
import { DAY, epoch, Log, messageId, millis } from './help/log.ts';
import { ada, bo, mal } from './help/opened.ts';
import type { Person } from './help/people.ts';
import { expectRefusal } from './help/refusal.ts';

const everything: EpochRange[] = [[epoch(0), epoch(Number.MAX_SAFE_INTEGER)]];

/** Ada opens a room and renews its key daily, so that ten epochs lie a day apart, the tenth being current. */
async function tenDays(history: HistoryPolicy): Promise<{ log: Log; state: OpenRoom }> {
  const log = new Log();
  let state = emptyRoom(log.room);
  for (let day = 1; day <= 10; day += 1) {
    if (day > 1) log.wait(DAY);
    const { frame, key } = await announceFresh(state, ada.device, history);
    log.append('commit', ada, frame);
    state = (await acceptKeys((await log.read(state)).state, [key])).state;
  }
  return { log, state };
}

async function admit(log: Log, state: OpenRoom, who: Person): Promise<OpenRoom> {
  log.append('handshake', ada, await admitFrame(state, ada.device, [who.device.id]));
  return (await log.read(state)).state;
}

/** What the newcomer holds after asking Ada for everything: the whole way through request, grant and acceptance. */
async function arrive(log: Log, granter: OpenRoom, who: Person): Promise<OpenRoom> {
  const { state } = await log.read();
  const keys = grantable(granter, log.now, missingEpochs(state), who.device.id);
  if (keys.length === 0) return state;
  const frame = await sealGrant({ room: log.room, device: ada.device, to: who.member, keys, chain: null });
  const grant = await openGrant({ room: log.room, device: who.device, from: ada.member, frame });
  const accepted = await acceptKeys(state, grant.keys);
  expect(accepted.refused).toEqual([]);
  return accepted.state;
}

const epochsOf = (state: OpenRoom): number[] =>
  state.epochs.filter(({ key }) => key !== null).map((record) => record.epoch);

describe('a newcomer gets exactly the keys of the room’s history policy', () => {
  test('all: every epoch', async () => {
    const { log, state } = await tenDays('all');
    const granter = await admit(log, state, bo);
    const newcomer = await arrive(log, granter, bo);
    expect(newcomer.epochs).toEqual(granter.epochs);
  });

  test('week: what was still current within seven days', async () => {
    const { log, state } = await tenDays('week');
    const granter = await admit(log, state, bo);
    // Epoch 10 began now, 3 ended six days ago (when 4 began); 2 ended exactly seven days ago.
    expect(epochsOf(await arrive(log, granter, bo))).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    log.wait(DAY);
    expect(epochsOf(await arrive(log, granter, bo))).toEqual([4, 5, 6, 7, 8, 9, 10]);
    log.wait(30 * DAY);
    expect(epochsOf(await arrive(log, granter, bo))).toEqual([10]);
  });

  test('none: nothing until the key was ratcheted after they came, and from then on everything', async () => {
    const { log, state } = await tenDays('none');
    let granter = await admit(log, state, bo);
    expect(needsRatchet(granter, bo.device.id)).toBe(true);
    expect(epochsOf(await arrive(log, granter, bo))).toEqual([]);
    log.append('commit', ada, (await announceRatchet(granter, ada.device)).frame);
    granter = (await log.read(granter)).state;
    expect(needsRatchet(granter, bo.device.id)).toBe(false);
    expect(epochsOf(await arrive(log, granter, bo))).toEqual([11]);
    log.append('commit', ada, (await announceRatchet(granter, ada.device)).frame);
    granter = (await log.read(granter)).state;
    expect(epochsOf(await arrive(log, granter, bo))).toEqual([11, 12]);
  });
});

test('what was said while Bo was a member is his when he comes back, under every policy', async () => {
  for (const history of ['none', 'week', 'all'] as const) {
    const log = new Log();
    const first = await announceFresh(emptyRoom(log.room), bo.device, history);
    log.append('commit', bo, first.frame);
    let granter = (await acceptKeys((await log.read()).state, [first.key])).state;
    log.append('handshake', bo, await admitFrame(granter, bo.device, [ada.device.id]));
    granter = (await log.read(granter)).state;
    for (let day = 0; day < 20; day += 1) {
      log.wait(DAY);
      const { frame, key } = await announceFresh(granter, ada.device);
      log.append('commit', ada, frame);
      granter = (await acceptKeys((await log.read(granter)).state, [key])).state;
    }
    expect(epochsOf(await arrive(log, granter, bo))).toHaveLength(21);
  }
});

test('[KY6] nobody is granted anything who has not visibly become a member', async () => {
  const { log, state } = await tenDays('all');
  expect(grantable(state, log.now, everything, mal.device.id)).toEqual([]);
  expect(needsRatchet(state, mal.device.id)).toBe(false);
});

test('no more is granted than was asked for and is held', async () => {
  const { log, state } = await tenDays('all');
  const granter = await admit(log, state, bo);
  const asked: EpochRange[] = [
    [epoch(9), epoch(99)],
    [epoch(2), epoch(3)],
  ];
  expect(grantable(granter, log.now, asked, bo.device.id).map((key) => key.epoch)).toEqual([10, 9, 3, 2]);
  expect(grantable(granter, log.now, [], bo.device.id)).toEqual([]);
  const keyless = (await log.read()).state;
  expect(grantable(keyless, log.now, everything, bo.device.id)).toEqual([]);
});

test('those in one epoch hold one key: each reads what the others say, and nobody else does', async () => {
  const { log, state } = await tenDays('week');
  const granter = await admit(log, await admit(log, state, bo), mal);
  const [bos, mals] = await Promise.all([arrive(log, granter, bo), arrive(log, granter, mal)]);
  for (const { epoch: at } of bos.epochs) {
    const key = epochKey(granter, at) ?? new Uint8Array(32);
    const held = epochKey(bos, at);
    expect(epochKey(mals, at)).toEqual(held);
    if (held !== null) expect(held).toEqual(key);
    const place = { room: log.room, epoch: at, id: messageId(1) };
    const body = { type: 'text', at: millis(1), seen: null, text: `Day ${at}` } as const;
    const frame = await sealMessage({ ...place, key, device: ada.device, body });
    if (held !== null)
      expect(await openMessage({ ...place, key: held, sender: ada.member, frame })).toEqual(body);
    for (const other of bos.epochs.filter((record) => record.epoch !== at && record.key !== null)) {
      const attempt = openMessage({ ...place, key: other.key ?? key, sender: ada.member, frame });
      await expectRefusal(attempt, 'decryption_failed');
    }
  }
});

test('ranges are told newest first, and never more than a request takes', async () => {
  const { state } = await tenDays('all');
  const only = (kept: (at: number) => boolean): OpenRoom => ({
    ...state,
    epochs: state.epochs.map((record) => (kept(record.epoch) ? record : { ...record, key: null })),
  });
  expect(heldEpochs(only((at) => at > 8 || at === 3))).toEqual([
    [9, 10],
    [3, 3],
  ]);
  expect(missingEpochs(only((at) => at > 8 || at === 3))).toEqual([
    [4, 8],
    [1, 2],
  ]);
  expect([heldEpochs(only(() => true)), missingEpochs(only(() => true))]).toEqual([[[1, 10]], []]);
  expect([heldEpochs(emptyRoom(state.room)), missingEpochs(emptyRoom(state.room))]).toEqual([[], []]);

  const [record] = state.epochs;
  if (record === undefined) throw new Error('the room has epochs');
  const many = Array.from({ length: 80 }, (_, i) => ({
    ...record,
    epoch: epoch(i + 1),
    key: i % 2 ? null : record.key,
  }));
  expect(missingEpochs({ ...state, epochs: many })).toHaveLength(limits.epochRanges);
  expect(missingEpochs({ ...state, epochs: many })[0]).toEqual([80, 80]);
});

test('a void epoch does not break a range, so that nobody can use up the ranges of a request', async () => {
  const { state } = await tenDays('all');
  const withVoid = { ...state, epochs: state.epochs.filter((record) => record.epoch % 2 === 0) };
  expect(heldEpochs(withVoid)).toEqual([[2, 10]]);
});
