import { type Bytes, type Epoch, ID_BYTES, id, type MessageId, type RoomId } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { randomBytes } from '../primitives/random.ts';
import type { SignalBody } from './body.ts';
import { openFrame, sealFrame } from './envelope.ts';
import type { ContentKeys } from './keys.ts';

/** Where a signal is said: the room, its current epoch and that epoch's key. */
export interface SignalPlace {
  readonly room: RoomId;
  readonly epoch: Epoch;
  readonly key: Bytes;
  /** Keys derived before; without it each call derives its own. */
  readonly keys?: ContentKeys | undefined;
}

const idShape = id<MessageId>();

/** A frame of one fixed size for those present. */
export function sealSignal(
  signal: SignalPlace & { readonly device: Device; readonly body: SignalBody },
): Promise<Bytes> {
  const { room, epoch, key, keys, device, body } = signal;
  const header = { room, epoch, device: device.id, id: idShape.fromWire(randomBytes(ID_BYTES)) };
  return sealFrame({ purpose: 'signal', header, key, device, body, keys });
}

/** What a member signalled. A relay can repeat a signal within an epoch: its `at` says how old it is. */
export async function openSignal(
  signal: SignalPlace & { readonly sender: Member; readonly frame: Bytes },
): Promise<SignalBody> {
  const { room, epoch, key, keys, sender, frame } = signal;
  const expected = { room, epoch, device: sender.id, id: null };
  const body = await openFrame({ purpose: 'signal', expected, key, sender, frame, keys });
  if (body.type !== 'typing') throw new CryptoError('body_misplaced');
  return body;
}
