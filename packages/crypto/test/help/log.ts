import type { Bytes, Entry, EntryKind, Epoch, MessageId, Millis, RoomId, Seq } from '@aurora/protocol';
import { bytes, decode, encode, id, roomId, uint } from '@aurora/protocol';
import { applyHandshakes, type CryptoError, emptyRoom, type OpenRoom } from '../../src/index.ts';
import type { Person } from './people.ts';

export const epoch = (value: number): Epoch => uint<Epoch>().fromWire(value);
export const seq = (value: number): Seq => uint<Seq>().fromWire(value);
export const millis = (value: number): Millis => uint<Millis>().fromWire(value);
export const messageId = (value: number): MessageId =>
  id<MessageId>().fromWire(new Uint8Array(16).fill(value));
export const room = (value: number): RoomId => roomId.fromWire(new Uint8Array(16).fill(value));
export const bytes32 = (value: number): Bytes =>
  decode(bytes(32), encode(bytes(32), new Uint8Array(32).fill(value)));

export const DAY = 24 * 60 * 60 * 1000;

/** A room's log as an honest relay keeps it: compare-and-set on the epoch, and nothing else is checked. */
export class Log {
  readonly room: RoomId;
  readonly handshakes: { entry: Entry; sender: Person['member'] }[] = [];
  now = millis(1_000_000_000_000);
  #epoch = 0;
  #seq = 0;

  constructor(of: RoomId = room(1)) {
    this.room = of;
  }

  append(kind: EntryKind, from: Person, frame: Bytes): Entry {
    this.#seq += 1;
    const entry: Entry = {
      seq: seq(this.#seq),
      kind,
      sender: from.device.id,
      id: messageId(this.#seq % 256),
      epoch: epoch(this.#epoch),
      at: this.now,
      frame,
    };
    if (kind === 'commit') this.#epoch += 1;
    if (kind !== 'message') this.handshakes.push({ entry, sender: from.member });
    return entry;
  }

  wait(time: number): void {
    this.now = millis(this.now + time);
  }

  /** What somebody makes of all handshakes who knew this much before. */
  async read(before: OpenRoom = emptyRoom(this.room)): Promise<{ state: OpenRoom; refused: CryptoError[] }> {
    const known = before.epochs.at(-1)?.seq ?? 0;
    const latest = Math.max(known, ...[...before.members.values()].map((member) => member.seq));
    const { state, refused } = await applyHandshakes(
      before,
      this.handshakes.filter(({ entry }) => entry.seq > latest && entry.epoch >= before.epoch),
    );
    return { state, refused: refused.map(({ error }) => error) };
  }
}
