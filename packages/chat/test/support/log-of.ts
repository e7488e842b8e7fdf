import type { Device } from '@aurora/crypto';
import {
  type Bytes,
  type Entry,
  type EntryKind,
  type Epoch,
  type MessageId,
  type Millis,
  messageId,
  type Seq,
} from '@aurora/protocol';

let count = 0;

export function freshId(): MessageId {
  count += 1;
  const random = new Uint8Array(16);
  new DataView(random.buffer).setUint32(12, count);
  return messageId(1_790_000_000_000 + count, random);
}

/** Numbers entries as a relay does. */
export function logOf(start = 0): {
  append(kind: EntryKind, epoch: number, sender: Device, frame: Bytes, id?: MessageId): Entry;
} {
  let seq = start;
  return {
    append(kind, epoch, sender, frame, id = freshId()) {
      seq += 1;
      const at = (1_790_000_000_000 + seq * 1000) as Millis;
      return { seq: seq as Seq, kind, sender: sender.id, id, epoch: epoch as Epoch, at, frame };
    },
  };
}
