import { encodeCbor } from '@aurora/protocol';
import { describe, expect, test } from 'vitest';
import { admitFrame, announceFresh, applyHandshake, type CryptoErrorCode } from '../src/index.ts';
import { type Statement, signStatement } from '../src/room/statement.ts';
import { believedFlips } from './help/flip.ts';
import { epoch, room } from './help/log.ts';
import { ada, bo, mal, opened, refusalOf } from './help/opened.ts';
import type { Person } from './help/people.ts';

describe('an entry that a relay must not have let in changes nothing', () => {
  test('when it names another epoch than the current', async () => {
    const { log, state } = await opened();
    const entry = log.append('commit', bo, (await announceFresh(state, bo.device)).frame);
    for (const other of [0, 2]) {
      const applied = await applyHandshake(state, { ...entry, epoch: epoch(other) }, bo.member);
      expect(applied).toMatchObject({ refused: { code: 'epoch_mismatch' } });
      expect(applied.state).toEqual(state);
    }
  });

  test('when the member given is not its sender', async () => {
    const { log, state } = await opened();
    const entry = log.append('commit', bo, (await announceFresh(state, bo.device)).frame);
    expect(await refusalOf(entry, state, mal)).toBe('sender_mismatch');
  });

  test('when it is a message', async () => {
    const { log, state } = await opened();
    expect(await refusalOf(log.append('message', bo, encodeCbor(1)), state, bo)).toBe('handshake_malformed');
  });
});

describe('an admit is refused and admits nobody', () => {
  async function expectNobody(by: Person, changes: Partial<Statement>, why: CryptoErrorCode): Promise<void> {
    const { log, state } = await opened();
    const admit = {
      type: 'admit',
      room: log.room,
      epoch: epoch(1),
      devices: [mal.device.id],
      device: by.device.id,
      ...changes,
    } as const;
    const entry = log.append('handshake', by, await signStatement(by.device, admit as Statement));
    const applied = await applyHandshake(state, entry, by.member);
    expect(applied.refused).toMatchObject({ code: why });
    expect(applied.state).toEqual(state);
  }

  test('when Mal, who is no member, admits Mal', () => expectNobody(mal, {}, 'not_a_member'));
  test('when it was made for another room', () => expectNobody(ada, { room: room(2) }, 'room_mismatch'));
  test('when it is from another epoch', () => expectNobody(ada, { epoch: epoch(0) }, 'epoch_mismatch'));
  test('when it names nobody', () => expectNobody(ada, { devices: [] }, 'handshake_malformed'));
  test('when it names somebody twice', () =>
    expectNobody(ada, { devices: [mal.device.id, mal.device.id] }, 'handshake_malformed'));
  test('when it says that Bo made it', () => expectNobody(ada, { device: bo.device.id }, 'sender_mismatch'));

  test('when Mal signs as Ada', async () => {
    const { log, state } = await opened();
    const frame = await signStatement(mal.device, {
      type: 'admit',
      room: log.room,
      epoch: epoch(1),
      devices: [mal.device.id],
      device: ada.device.id,
    });
    expect(await refusalOf(log.append('handshake', ada, frame), state, ada)).toBe('signature_wrong');
  });

  test('when it opens an epoch instead', async () => {
    const { log, state } = await opened();
    const entry = log.append('handshake', bo, (await announceFresh(state, bo.device)).frame);
    expect(await refusalOf(entry, state, bo)).toBe('handshake_malformed');
  });

  test('when any of its bits was flipped', async () => {
    const { log, state } = await opened();
    const entry = log.append('handshake', ada, await admitFrame(state, ada.device, [mal.device.id]));
    expect(
      await believedFlips(
        entry.frame,
        async (frame) => (await refusalOf({ ...entry, frame }, state, ada)) !== undefined,
      ),
    ).toEqual([]);
  });
});

test('an admit repeated by a relay in the next epoch is refused', async () => {
  const { log, state } = await opened();
  const frame = await admitFrame(state, ada.device, [mal.device.id]);
  log.append('commit', ada, (await announceFresh(state, ada.device)).frame);
  log.append('handshake', ada, frame);
  const after = await log.read(state);
  expect(after.refused).toMatchObject([{ code: 'epoch_mismatch' }]);
  expect(after.state.members.has(mal.device.id)).toBe(false);
});

test('whoever is a member already stays one from when they came', async () => {
  const { log, state } = await opened();
  log.append(
    'handshake',
    bo,
    await admitFrame(state, bo.device, [ada.device.id, bo.device.id, mal.device.id]),
  );
  const after = (await log.read(state)).state;
  expect([...after.members.values()]).toEqual([
    { since: 1, seq: 1 },
    { since: 1, seq: 2 },
    { since: 1, seq: 3 },
  ]);
});
