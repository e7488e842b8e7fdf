import { bool, bytes, id, list, type Of, record, text, uint } from '../codec/shape.ts';
import type { DeliveryId } from '../ids.ts';
import { limits } from '../limits.ts';
import { deviceId, identityId, millis, roomId } from './entry.ts';

/** Somebody present in a room. The nickname is the relay's word: the credential of the device proves it. */
export const personShape = record({
  identity: identityId,
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

/** Somebody who may read and write in a room, here or not. */
export const membershipShape = record({ identity: identityId, admin: bool });
export type Membership = Of<typeof membershipShape>;

/** A device that asks to be let into a room; the frame is for those who are in it. */
export const knockShape = record({ device: deviceId, at: millis, frame: bytes(1, limits.knock) });
export type Knock = Of<typeof knockShape>;

/** Something sealed for a device that a commit lets in; kept as a delivery, in the commit's own transaction. */
export const welcomeShape = record({ device: deviceId, frame: bytes(1, limits.delivery) });
export type WelcomeFrame = Of<typeof welcomeShape>;

/** An MLS KeyPackage (RFC 9420 section 10), by which one can be added while away. */
export const keyPackage = bytes(1, limits.keyPackage);
export const identities = list(identityId, limits.identities);
