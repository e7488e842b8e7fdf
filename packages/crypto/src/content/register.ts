import { type Bytes, type Epoch, ID_BYTES, id, type MessageId, type RoomId } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { randomBytes } from '../primitives/random.ts';
import type { RegisterBody } from './body.ts';
import { openFrame, sealFrame } from './envelope.ts';
import { readHeader } from './header.ts';
import type { ContentKeys } from './keys.ts';
import type { SignalPlace } from './signal.ts';

const idShape = id<MessageId>();

/** A frame of one fixed size that the relay keeps until the next one. */
export function sealRegister(
  register: SignalPlace & { readonly device: Device; readonly body: RegisterBody },
): Promise<Bytes> {
  const { room, epoch, key, keys, device, body } = register;
  const header = { room, epoch, device: device.id, id: idShape.fromWire(randomBytes(ID_BYTES)) };
  return sealFrame({ purpose: 'register', header, key, device, body, keys });
}

/**
 * What a member keeps at the relay, under whichever epoch's key it was sealed. A relay can tell an older one again: what it says
 * must only ever move forward. Throws CryptoError, `no_key` for an epoch whose key this device lacks.
 */
export async function openRegister(register: {
  readonly room: RoomId;
  keyOf(epoch: Epoch): Bytes | null;
  readonly keys?: ContentKeys | undefined;
  readonly sender: Member;
  readonly frame: Bytes;
}): Promise<RegisterBody> {
  const { room, keyOf, keys, sender, frame } = register;
  const { epoch } = readHeader(frame);
  const key = keyOf(epoch);
  if (key === null) throw new CryptoError('no_key');
  const expected = { room, epoch, device: sender.id, id: null };
  const body = await openFrame({ purpose: 'register', expected, key, sender, frame, keys });
  if (body.type !== 'mark') throw new CryptoError('body_misplaced');
  return body;
}
