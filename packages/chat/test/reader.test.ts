import {
  acceptKeys,
  admitFrame,
  announceFresh,
  ContentKeys,
  type EpochKey,
  emptyRoom,
  type OpenRoom,
  sealMessage,
} from '@aurora/crypto';
import { type Bytes, type Entry, LOUNGE, type Millis, type Seq } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { Chain } from '../src/core/room/chain.ts';
import { KnownIds } from '../src/core/room/known-ids.ts';
import { openRing } from '../src/core/room/open/ring.ts';
import { type Reader, readBackward, readForward } from '../src/core/room/reader.ts';
import { freshId, logOf } from './support/log-of.ts';
import { type Somebody, somebody } from './support/people.ts';

let ada: Somebody;
let bo: Somebody;
let eve: Somebody;

beforeAll(async () => {
  [ada, bo, eve] = await Promise.all([somebody('Ada'), somebody('Bo'), somebody('Eve')]);
});

const EMPTY = new Uint8Array(32);

function readerFor(me: Somebody, known: Somebody[]): Reader {
  const members = new Map(known.map(({ member }) => [member.id, member]));
  return {
    me: me.device.id,
    keys: new ContentKeys(),
    known: new KnownIds(),
    learn: async () => {},
    member: (device) => members.get(device),
  };
}

/** A lounge that Ada opened and into which she admitted Bo. */
async function lounge() {
  const log = logOf();
  const chain = new Chain([0 as Seq, EMPTY]);
  const reader = readerFor(bo, [ada, bo, eve]);
  const opening = await announceFresh(emptyRoom(LOUNGE), ada.device, 'week');
  const first = await readForward(
    openRing,
    emptyRoom(LOUNGE),
    [log.append('commit', 0, ada.device, opening.frame)],
    chain,
    reader,
  );
  const admit = await admitFrame(first.state, ada.device, [bo.device.id]);
  const second = await readForward(
    openRing,
    first.state,
    [log.append('handshake', 1, ada.device, admit)],
    chain,
    reader,
  );
  const { state } = await acceptKeys(second.state, [opening.key]);
  return { log, chain, reader, open: state, sealed: second.state, key: opening.key };
}

async function says(
  who: Somebody,
  { epoch, key }: EpochKey,
  words: string,
  seen: [Seq, Bytes] | null = null,
) {
  const id = freshId();
  const body = { type: 'text', at: 1 as Millis, seen, text: words } as const;
  return { id, frame: await sealMessage({ room: LOUNGE, epoch, key, id, device: who.device, body }) };
}

async function rowsOf(open: OpenRoom, entries: Entry[], chain: Chain, reader: Reader) {
  return (await readForward(openRing, open, entries, chain, reader)).rows;
}

describe('reading the log', () => {
  it('shows Bo what Ada said', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const { id, frame } = await says(ada, key, 'good evening');
    const rows = await rowsOf(open, [log.append('message', 1, ada.device, frame, id)], chain, reader);
    expect(rows).toMatchObject([
      { type: 'message', id: `${ada.device.id}/${id}`, nickname: 'Ada', mine: false, text: 'good evening' },
    ]);
  });

  it('keeps the place of a message whose key has not come', async () => {
    const { log, chain, reader, sealed, key } = await lounge();
    const { id, frame } = await says(ada, key, 'good evening');
    const rows = await rowsOf(sealed, [log.append('message', 1, ada.device, frame, id)], chain, reader);
    expect(rows).toMatchObject([{ type: 'sealed', id: `${ada.device.id}/${id}`, reason: 'waiting_for_key' }]);
  });

  it('warns instead of showing what somebody said who was never admitted', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const { id, frame } = await says(eve, key, 'I am not here');
    const rows = await rowsOf(open, [log.append('message', 1, eve.device, frame, id)], chain, reader);
    expect(rows).toMatchObject([{ type: 'warning', code: 'not_a_member' }]);
  });

  it('warns when the relay puts a message under another sender or another id', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const { id, frame } = await says(ada, key, 'pay Eve');
    const entries = [
      log.append('message', 1, bo.device, frame, id),
      log.append('message', 1, ada.device, frame, freshId()),
    ];
    const rows = await rowsOf(open, entries, chain, reader);
    expect(rows).toMatchObject([
      { type: 'warning', code: 'sender_mismatch' },
      { type: 'warning', code: 'id_mismatch' },
    ]);
  });

  it('shows a message once, though the relay tells it twice', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const { id, frame } = await says(ada, key, 'once');
    const entries = [0, 1].map(() => log.append('message', 1, ada.device, frame, id));
    const rows = await rowsOf(open, entries, chain, reader);
    expect(rows).toMatchObject([
      { type: 'message', id: `${ada.device.id}/${id}` },
      { type: 'warning', code: 'replayed' },
    ]);
    expect(rows[1]?.id).not.toBe(id);
  });

  it('warns when a message stands after its key went out of use', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const { id, frame } = await says(ada, key, 'late');
    const renewal = await announceFresh(open, ada.device);
    const entries = [
      log.append('commit', 1, ada.device, renewal.frame),
      log.append('message', 1, ada.device, frame, id),
    ];
    const rows = await rowsOf(open, entries, chain, reader);
    expect(rows).toMatchObject([{ type: 'warning', code: 'epoch_mismatch' }]);
  });

  it('keeps what Ada said when Eve writes something under the same id, whoever of them is believed', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const said = await says(ada, key, 'mine');
    const taken = await says(bo, key, 'also this');
    const entries = [
      log.append('message', 1, ada.device, said.frame, said.id),
      log.append('message', 1, bo.device, Uint8Array.of(1), said.id),
      log.append('message', 1, bo.device, taken.frame, taken.id),
      log.append('message', 1, ada.device, Uint8Array.of(2), taken.id),
    ];
    const rows = await rowsOf(open, entries, chain, reader);
    expect(rows).toMatchObject([
      { type: 'message', text: 'mine' },
      { type: 'warning' },
      { type: 'message' },
      { type: 'warning' },
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('tells who let whom in, as the log proves it', async () => {
    const { log, chain, reader, open } = await lounge();
    const frame = await admitFrame(open, ada.device, [eve.device.id]);
    const rows = await rowsOf(open, [log.append('handshake', 1, ada.device, frame)], chain, reader);
    expect(rows).toMatchObject([{ type: 'admission', by: 'Ada', names: ['Eve'], more: 0 }]);
  });

  it('counts a guest whose name the server does not tell', async () => {
    const { log, chain, open } = await lounge();
    const reader = readerFor(bo, [ada, bo]);
    const frame = await admitFrame(open, ada.device, [eve.device.id]);
    const rows = await rowsOf(open, [log.append('handshake', 1, ada.device, frame)], chain, reader);
    expect(rows).toMatchObject([{ type: 'admission', by: 'Ada', names: [], more: 1 }]);
  });

  it('notices that entries were left out and later ones moved up', async () => {
    const { log, chain, reader, open, key } = await lounge();
    // Ada had seen more entries than stand before hers here.
    const { id, frame } = await says(ada, key, 'after two others', [4 as Seq, new Uint8Array(32)]);
    const reading = await readForward(
      openRing,
      open,
      [log.append('message', 1, ada.device, frame, id)],
      chain,
      reader,
    );
    expect(reading.fork).toMatchObject({ code: 'fork' });
  });

  it('warns when a message is put back into an older part of the history', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const renewal = await announceFresh(open, ada.device);
    const commit = log.append('commit', 1, ada.device, renewal.frame);
    const after = await readForward(openRing, open, [commit], chain, reader);
    const { state } = await acceptKeys(after.state, [renewal.key]);
    const { id, frame } = await says(ada, renewal.key, 'said later');
    const told = { ...log.append('message', 2, ada.device, frame, id), seq: 2 as Seq };
    const read = await readBackward(openRing, state, state.epoch, [told], reader);
    expect(read.rows).toMatchObject([{ type: 'warning', code: 'epoch_mismatch' }]);
    expect(key.epoch).toBe(1);
  });

  it('goes on after a malformed change of keys, with a warning in its place', async () => {
    const { log, chain, reader, open } = await lounge();
    const reading = await readForward(
      openRing,
      open,
      [log.append('handshake', 1, ada.device, Uint8Array.of(1, 2, 3))],
      chain,
      reader,
    );
    expect(reading.rows).toMatchObject([{ type: 'warning' }]);
    expect(reading.state.epoch).toBe(open.epoch);
  });

  it('stops, keeping nothing, when the relay withholds who changed the keys', async () => {
    const { log, chain, open } = await lounge();
    const renewal = await announceFresh(open, ada.device);
    const blind = readerFor(bo, [bo]);
    const entry = log.append('commit', 1, ada.device, renewal.frame);
    await expect(readForward(openRing, open, [entry], chain, blind)).rejects.toMatchObject({
      failure: { code: 'sender_unknown' },
    });
  });

  it('notices that Ada was told another history', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const other = new Uint8Array(32).fill(7);
    const { id, frame } = await says(ada, key, 'did you see that?', [2 as Seq, other]);
    const reading = await readForward(
      openRing,
      open,
      [log.append('message', 1, ada.device, frame, id)],
      chain,
      reader,
    );
    expect(reading.fork).toMatchObject({ code: 'fork' });
  });

  it('is content when Ada saw the same', async () => {
    const { log, chain, reader, open, key } = await lounge();
    const { id, frame } = await says(ada, key, 'all well', chain.latest);
    const reading = await readForward(
      openRing,
      open,
      [log.append('message', 1, ada.device, frame, id)],
      chain,
      reader,
    );
    expect(reading.fork).toBeNull();
  });
});
