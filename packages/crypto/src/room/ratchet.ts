import { type Bytes, concatBytes, type Epoch, fromHex, type RoomId, utf8 } from '@aurora/protocol';
import { KEY_BYTES } from '../primitives/aead.ts';
import { hkdf } from '../primitives/hkdf.ts';
import { u64 } from '../primitives/number.ts';

const LABEL = utf8('aurora/ratchet/1');

/** The key of `epoch`, derived one way from the key before it: who is given this one cannot read what came before. */
export function ratchetKey(room: RoomId, epoch: Epoch, previous: Bytes): Promise<Bytes> {
  return hkdf(previous, concatBytes(LABEL, fromHex(room), u64(epoch)), KEY_BYTES);
}
