import type { Bytes, DeviceId, Entry, Epoch, MessageId, Millis, Seq } from '@aurora/protocol';

/** An entry that a chain runs over, with fixed values beside its place and frame. */
export function chained(seq: number, frame: Bytes, pair = 'aa'): Entry {
  return {
    seq: seq as Seq,
    kind: 'message',
    sender: pair.repeat(16) as DeviceId,
    id: pair.repeat(16) as MessageId,
    epoch: (pair === 'aa' ? 1 : 2) as Epoch,
    at: 1_790_000_000_000 as Millis,
    frame,
  };
}
