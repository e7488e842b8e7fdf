import { type Bytes, encodeCbor } from '@aurora/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptKeys,
  announceFresh,
  announceRatchet,
  type CryptoErrorCode,
  currentRecord,
  dueForRenewal,
  emptyRoom,
  keyIdOf,
  type OpenRoom,
  voidCommit,
} from '../src/index.ts';
import { type EpochStatement, type Statement, signStatement } from '../src/room/statement.ts';
import { believedFlips } from './help/flip.ts';
import { bytes32, epoch, Log, room } from './help/log.ts';
import { ada, bo, mal, opened, refusalOf } from './help/opened.ts';
import type { Person } from './help/people.ts';
import { expectRefusal } from './help/refusal.ts';

describe('a commit is refused, its epoch is void, and the room goes on', () => {
  async function expectVoid(from: Person, frame: Bytes, why: CryptoErrorCode): Promise<void> {
    const { log, state } = await opened();
    log.append('commit', from, frame);
    const after = await log.read(state);
    expect(after.refused).toMatchObject([{ code: why }]);
    // Void: the relay's number is used up, nothing else has changed, and there is no key to write with.
    expect(after.state).toEqual({ ...state, epoch: 2, messages: 0 });
    expect(currentRecord(after.state)).toBeUndefined();
    expect(dueForRenewal(after.state, log.now)).toBe(true);
    // Followable: by a fresh key and by a ratchet of the newest key there is.
    const next = await announceFresh(after.state, bo.device);
    log.append('commit', bo, next.frame);
    const healed = await log.read(after.state);
    expect(healed).toMatchObject({ refused: [], state: { epoch: 3 } });
    log.append(
      'commit',
      ada,
      (await announceRatchet((await acceptKeys(healed.state, [next.key])).state, ada.device)).frame,
    );
    expect((await log.read(healed.state)).refused).toEqual([]);
  }

  async function statement(changes: Partial<EpochStatement>, by: Person = mal): Promise<EpochStatement> {
    const { state } = await opened();
    return {
      type: 'epoch',
      room: state.room,
      epoch: epoch(2),
      keyId: await keyIdOf(bytes32(9)),
      previous: currentRecord(state)?.keyId ?? null,
      how: 'fresh',
      history: 'week',
      device: by.device.id,
      ...changes,
    };
  }

  // Each test makes its own room, whose first keyId differs: what is signed is made for the room it is tried in.
  async function expectLie(
    change: (state: OpenRoom) => Promise<Partial<EpochStatement>>,
    why: CryptoErrorCode,
    by = mal,
  ) {
    const { log, state } = await opened();
    const previous = currentRecord(state)?.keyId ?? null;
    const made = await statement({ previous, ...(await change(state)) }, by);
    log.append('commit', by, await signStatement(by.device, made));
    const after = await log.read(state);
    expect(after.refused).toMatchObject([{ code: why }]);
    expect(after.state).toEqual({ ...state, epoch: 2, messages: 0 });
    log.append('commit', bo, (await announceFresh(after.state, bo.device)).frame);
    expect(await log.read(after.state)).toMatchObject({ refused: [], state: { epoch: 3 } });
  }

  test('when it is not laid out as one', () =>
    expectVoid(mal, encodeCbor('nonsense'), 'handshake_malformed'));
  test('when it is empty but for a byte', () => expectVoid(mal, new Uint8Array(1), 'handshake_malformed'));
  test('when it is of a kind that a later version may know', () =>
    expectVoid(
      mal,
      new Uint8Array([...new Uint8Array(64), ...encodeCbor({ type: 'merge' })]),
      'handshake_unknown',
    ));
  test('when another spelling of it is signed', async () => {
    const made = await statement({});
    const frame = await signStatement(mal.device, made);
    await expectVoid(mal, new Uint8Array([...frame, 0]), 'handshake_malformed');
  });
  test('when it admits instead', async () => {
    const admit: Statement = {
      type: 'admit',
      room: room(1),
      epoch: epoch(2),
      devices: [],
      device: mal.device.id,
    };
    await expectVoid(mal, await signStatement(mal.device, admit), 'handshake_malformed');
  });
  test('when it names another device', async () => {
    await expectVoid(mal, await signStatement(mal.device, await statement({}, ada)), 'sender_mismatch');
  });
  test('when another device signed it', async () => {
    await expectVoid(ada, await signStatement(mal.device, await statement({}, ada)), 'signature_wrong');
  });
  test('when it was made for another room', () =>
    expectLie(async () => ({ room: room(2) }), 'room_mismatch'));
  test('when it announces another epoch', () =>
    expectLie(async () => ({ epoch: epoch(3) }), 'epoch_mismatch'));
  test('when it follows another key', () =>
    expectLie(async () => ({ previous: bytes32(1) }), 'previous_mismatch'));
  test('when it follows none', () => expectLie(async () => ({ previous: null }), 'previous_mismatch'));
  test('when it changes the history policy', () =>
    expectLie(async () => ({ history: 'all' }), 'history_changed'));
  test('when somebody who is no member ratchets', () =>
    expectLie(async () => ({ how: 'ratchet' }), 'not_a_member'));
  test('when it brings back a key that was announced before', () =>
    expectLie(async (state) => ({ keyId: currentRecord(state)?.keyId ?? bytes32(0) }), 'key_reused'));

  test('when the very first is malicious, and the next settles the room', async () => {
    const log = new Log();
    log.append('commit', mal, encodeCbor(1));
    const { state } = await log.read();
    expect(state).toEqual({ ...emptyRoom(log.room), epoch: 1 });
    log.append('commit', ada, (await announceFresh(state, ada.device, 'all')).frame);
    expect(await log.read(state)).toMatchObject({
      state: { epoch: 2, history: 'all', epochs: [{ previous: null }] },
    });
  });

  test('when its sender’s credential is known to be false', async () => {
    const { log, state } = await opened();
    const entry = log.append('commit', mal, (await announceFresh(state, mal.device)).frame);
    const after = voidCommit(state, entry);
    expect(after).toEqual({ ...state, epoch: 2 });
    const again = Promise.resolve().then(() => voidCommit(after, entry));
    await expectRefusal(again, 'epoch_mismatch');
    const handshake = { ...entry, kind: 'handshake' as const };
    await expectRefusal(
      Promise.resolve().then(() => voidCommit(state, handshake)),
      'not_a_commit',
    );
  });

  test('when any of its bits was flipped', async () => {
    const { log, state } = await opened();
    const entry = log.append('commit', bo, (await announceFresh(state, bo.device)).frame);
    expect(
      await believedFlips(
        entry.frame,
        async (frame) => (await refusalOf({ ...entry, frame }, state, bo)) !== undefined,
      ),
    ).toEqual([]);
  });
});
