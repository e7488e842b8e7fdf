import { type Bytes, type Entry, encodeCbor, limits } from '@aurora/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  acceptKeys,
  admitFrame,
  announceFresh,
  announceRatchet,
  applyHandshake,
  type CryptoErrorCode,
  countMessage,
  currentRecord,
  dueForRenewal,
  emptyRoom,
  epochKey,
  isMember,
  keyIdOf,
  type OpenRoom,
  recordOf,
  requireMember,
  voidCommit,
} from '../src/index.ts';
import { type EpochStatement, type Statement, signStatement } from '../src/room/statement.ts';
import { bytes32, DAY, epoch, Log, millis, room, seq } from './help/log.ts';
import { type Person, person } from './help/people.ts';
import { expectRefusal } from './help/refusal.ts';

let ada: Person;
let bo: Person;
let mal: Person;
beforeAll(async () => {
  [ada, bo, mal] = await Promise.all([person('Ada'), person('Bo'), person('Mal')]);
});

/** Ada has opened the room and holds its key; Bo is admitted; Mal is nobody yet. */
async function opened(): Promise<{ log: Log; state: OpenRoom }> {
  const log = new Log();
  const { frame, key } = await announceFresh(emptyRoom(log.room), ada.device);
  log.append('commit', ada, frame);
  const first = await acceptKeys((await log.read()).state, [key]);
  log.append('handshake', ada, await admitFrame(first.state, ada.device, [bo.device.id]));
  return { log, state: (await log.read(first.state)).state };
}

/** What everybody must agree on. */
function publicView(state: OpenRoom): unknown {
  return { ...state, epochs: state.epochs.map((record) => ({ ...record, key: null })) };
}

const code = (entry: Entry, state: OpenRoom, from: Person): Promise<CryptoErrorCode | undefined> =>
  applyHandshake(state, entry, from.member).then(({ refused }) => refused?.code);

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
    const believed: number[] = [];
    for (let bit = 0; bit < entry.frame.length * 8; bit += 1) {
      const frame = entry.frame.slice();
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if ((await code({ ...entry, frame }, state, bo)) === undefined) believed.push(bit);
    }
    expect(believed).toEqual([]);
  });
});

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
    expect(await code(entry, state, mal)).toBe('sender_mismatch');
  });

  test('when it is a message', async () => {
    const { log, state } = await opened();
    expect(await code(log.append('message', bo, encodeCbor(1)), state, bo)).toBe('handshake_malformed');
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
    expect(await code(log.append('handshake', ada, frame), state, ada)).toBe('signature_wrong');
  });

  test('when it opens an epoch instead', async () => {
    const { log, state } = await opened();
    const entry = log.append('handshake', bo, (await announceFresh(state, bo.device)).frame);
    expect(await code(entry, state, bo)).toBe('handshake_malformed');
  });

  test('when any of its bits was flipped', async () => {
    const { log, state } = await opened();
    const entry = log.append('handshake', ada, await admitFrame(state, ada.device, [mal.device.id]));
    const believed: number[] = [];
    for (let bit = 0; bit < entry.frame.length * 8; bit += 1) {
      const frame = entry.frame.slice();
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if ((await code({ ...entry, frame }, state, ada)) === undefined) believed.push(bit);
    }
    expect(believed).toEqual([]);
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
