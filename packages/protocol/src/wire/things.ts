import { bytes, id, type Of, record, text, uint } from '../codec/shape.ts';
import type { DeliveryId, IdentityId } from '../ids.ts';
import { limits } from '../limits.ts';
import { deviceId, millis, roomId } from './entry.ts';

/** Somebody present in a room. The nickname is the relay's word: the credential of the device proves it. */
export const personShape = record({
  identity: id<IdentityId>(),
  device: deviceId,
  nickname: text(limits.nicknameBytes),
  since: millis,
});
export type Person = Of<typeof personShape>;

/** The latest value that a device keeps under a kind in a room. */
export const registerShape = record({ sender: deviceId, at: millis, frame: bytes(1, limits.register) });
export type Register = Of<typeof registerShape>;

/** Something sealed for one device, waiting until collected. */
export const deliveryShape = record({
  id: id<DeliveryId>(),
  room: roomId,
  sender: deviceId,
  at: millis,
  frame: bytes(1, limits.delivery),
});
export type Delivery = Of<typeof deliveryShape>;

export const registerKind = uint(limits.registerKinds - 1);
