import type { Bytes, Epoch, MessageId, RoomId } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import type { MessageBody } from './body.ts';
import { openFrame, sealFrame } from './envelope.ts';
import type { ContentKeys } from './keys.ts';

/** A message's place: its room, the epoch it names, that epoch's key, and its id in the log. */
export interface MessagePlace {
  readonly room: RoomId;
  readonly epoch: Epoch;
  readonly key: Bytes;
  readonly id: MessageId;
  /** Keys derived before; without it each call derives its own. */
  readonly keys?: ContentKeys | undefined;
}

/** A frame for the room's log. Throws `body_malformed`, such as for a text too long. */
export function sealMessage(
  message: MessagePlace & { readonly device: Device; readonly body: MessageBody },
): Promise<Bytes> {
  const { room, epoch, key, id, keys, device, body } = message;
  return sealFrame({
    purpose: 'message',
    header: { room, epoch, device: device.id, id },
    key,
    device,
    body,
    keys,
  });
}

/**
 * What a member said in an entry of the log. Throws CryptoError for anything that is not exactly what this device
 * sealed for this place. Whether the sender was a member then is requireMember's to say.
 */
export async function openMessage(
  message: MessagePlace & { readonly sender: Member; readonly frame: Bytes },
): Promise<MessageBody> {
  const { room, epoch, key, id, keys, sender, frame } = message;
  const expected = { room, epoch, device: sender.id, id };
  const body = await openFrame({ purpose: 'message', expected, key, sender, frame, keys });
  if (body.type === 'typing' || body.type === 'mark') throw new CryptoError('body_misplaced');
  return body;
}
