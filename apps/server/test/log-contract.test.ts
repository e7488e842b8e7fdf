import { type Epoch, LOUNGE, type Millis, type RoomId, type Seq, utf8 } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import type { Draft, PageRequest } from '../src/ports/log.ts';
import { claimOf } from './support/claim.ts';
import { Device, newMessageId } from './support/keys.ts';
import { storages } from './support/storages.ts';

const people = [new Device('Ada'), new Device('Bo')] as const;
const [ADA, BO] = [people[0].id, people[1].id];
const NOWHERE = 'ff'.repeat(16) as RoomId;

function draft(text: string, more: Partial<Draft> = {}): Draft {
  return {
    room: LOUNGE,
    kind: 'message',
    sender: ADA,
    identity: people[0].identityId,
    id: newMessageId(),
    epoch: 0 as Epoch,
    at: 1000 as Millis,
    frame: utf8(text),
    ...more,
  };
}

function page(more: Partial<PageRequest> = {}): PageRequest {
  return { room: LOUNGE, side: 'after', seq: 0 as Seq, limit: 100, handshakes: false, bytes: 1e6, ...more };
}

describe.each(storages)('a log in %s', (_name, open) => {
  async function peopled() {
    const storage = await open();
    for (const one of people) await storage.directory.claim(claimOf(one));
    return storage;
  }

  it('[LG13] has the Lounge from the start, at epoch 0 and empty, and no other room', async () => {
    const { log } = await peopled();
    expect(await log.head(LOUNGE)).toMatchObject({ room: LOUNGE, seq: 0, epoch: 0 });
    expect(await log.head(NOWHERE)).toBeUndefined();
    expect(await log.read(page({ room: NOWHERE }))).toBeUndefined();
    expect(await log.append(draft('x', { room: NOWHERE }))).toEqual({ status: 'no_such_room' });
  });

  it('[LG1] gives out seqs without gaps in the order of the calls, however many come at once', async () => {
    const { log } = await peopled();
    const outcomes = await Promise.all(Array.from({ length: 500 }, (_, n) => log.append(draft(String(n)))));
    expect(outcomes.map((outcome) => 'seq' in outcome && outcome.seq)).toEqual(outcomes.map((_, n) => n + 1));
    const read = await log.read(page({ limit: 500 }));
    expect(read?.entries.map(({ frame }) => new TextDecoder().decode(frame))).toEqual(
      outcomes.map((_, n) => String(n)),
    );
  });

  it('gives back an entry as it came', async () => {
    const { log } = await peopled();
    const ada = draft('hello', { kind: 'handshake' });
    await log.append(ada);
    const { room, identity: _identity, ...rest } = ada;
    expect(room).toBe(LOUNGE);
    expect((await log.read(page()))?.entries).toEqual([{ ...rest, seq: 1 }]);
  });

  it('[LG4] [LG5] knows Ada’s id again, also within one batch; Bo’s same id is another', async () => {
    const { log } = await peopled();
    const once = draft('once');
    const outcomes = await Promise.all([
      log.append(once),
      log.append(once),
      log.append({ ...once, frame: utf8('other') }),
      log.append({ ...once, sender: BO }),
    ]);
    expect(outcomes).toEqual([
      { status: 'appended', seq: 1, at: 1000 },
      { status: 'duplicate', seq: 1, at: 1000 },
      { status: 'id_reused' },
      { status: 'appended', seq: 2, at: 1000 },
    ]);
  });

  it('[LG7] [LG8] [LG9] takes one commit an epoch, and what names the current epoch', async () => {
    const { log } = await peopled();
    const first = draft('a', { kind: 'commit' });
    const outcomes = await Promise.all([
      log.append(first),
      log.append(draft('b', { kind: 'commit', sender: BO })),
      log.append(draft('late')),
      log.append(draft('new', { epoch: 1 as Epoch })),
    ]);
    expect(outcomes).toEqual([
      { status: 'appended', seq: 1, at: 1000 },
      { status: 'stale_epoch', epoch: 1 },
      { status: 'stale_epoch', epoch: 1 },
      { status: 'appended', seq: 2, at: 1000 },
    ]);
    expect(await log.head(LOUNGE)).toMatchObject({ seq: 2, epoch: 1 });
    expect(await log.append(first)).toMatchObject({ status: 'duplicate', seq: 1 });
  });

  it('[LG15] takes nothing from who has no credential: a stranger, or Ada after she retired', async () => {
    const { log, directory } = await peopled();
    const stranger = new Device('Eve').id;
    expect(await log.append(draft('x', { sender: stranger }))).toEqual({ status: 'no_credential' });
    const [, late] = await Promise.all([
      directory.retire(people[0].identityId),
      log.append(draft('late', { kind: 'handshake' })),
    ]);
    expect(late).toEqual({ status: 'no_credential' });
    expect(await log.head(LOUNGE)).toMatchObject({ seq: 0 });
    expect(await log.append(draft('x', { sender: BO }))).toMatchObject({ status: 'appended', seq: 1 });
  });

  it('[LG11] keeps time from going back', async () => {
    const { log } = await peopled();
    await log.append(draft('a', { at: 2000 as Millis }));
    expect(await log.append(draft('b', { at: 1000 as Millis }))).toMatchObject({ at: 2000 });
  });

  it('[OP9] [OP10] [OP11] pages from both sides, by count, by bytes, and without messages', async () => {
    const { log } = await peopled();
    for (const n of [1, 2, 3, 4, 5, 6]) {
      await log.append(draft('x'.repeat(100), { kind: n % 3 === 0 ? 'handshake' : 'message' }));
    }
    const seqs = async (request: Partial<PageRequest>) => {
      const read = await log.read(page(request));
      return [read?.entries.map(({ seq }) => seq), read?.more];
    };
    expect(await seqs({ seq: 2 as Seq, limit: 2 })).toEqual([[3, 4], true]);
    expect(await seqs({ side: 'before', seq: 5 as Seq, limit: 2 })).toEqual([[3, 4], true]);
    expect(await seqs({ side: 'before', seq: 3 as Seq })).toEqual([[1, 2], false]);
    expect(await seqs({ bytes: 250 })).toEqual([[1, 2], true]);
    expect(await seqs({ bytes: 1 })).toEqual([[1], true]);
    expect(await seqs({ handshakes: true })).toEqual([[3, 6], false]);
    expect(await seqs({ handshakes: true, side: 'before', seq: 6 as Seq })).toEqual([[3], false]);
    expect(await seqs({ seq: 6 as Seq })).toEqual([[], false]);
    expect(await seqs({ side: 'before', seq: 0 as Seq })).toEqual([[], false]);
    expect(await seqs({ side: 'before', seq: Number.MAX_SAFE_INTEGER as Seq, limit: 1 })).toEqual([
      [6],
      true,
    ]);
  });
});
