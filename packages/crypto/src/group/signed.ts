import {
  type Bytes,
  bytes,
  concatBytes,
  type DeviceId,
  deviceId,
  ED25519_SIGNATURE,
  type Epoch,
  epoch,
  limits,
  type Millis,
  nullable,
  type RoomId,
  record,
  roomId,
  type Shape,
  utf8,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { sign, verify } from '../primitives/ed25519.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';
import { INVITE_PROOF } from './invite.ts';
import { type KeyPackage, readKeyPackage } from './key-package.ts';
import type { Resolve } from './leaf.ts';

const LEAVE = utf8('aurora/leave/1');
const KNOCK = utf8('aurora/knock/1');

/** `epoch` is the relay's, against replay to a device that left once and came back. */
const leaveShape = record({ room: roomId, device: deviceId, epoch });
const knockShape = record({
  room: roomId,
  device: deviceId,
  keyPackage: bytes(1, limits.keyPackage),
  proof: nullable(bytes(INVITE_PROOF)),
});

/** frame = signature 64 | strict CBOR; the signature is over the label | CBOR */
async function signed<T>(device: Device, label: Bytes, shape: Shape<T>, value: T): Promise<Bytes> {
  const encoded = encodeStrict(shape, value, 'handshake_malformed');
  return concatBytes(await sign(device.signKey, concatBytes(label, encoded)), encoded);
}

async function opened<T extends { readonly room: RoomId; readonly device: DeviceId }>(
  frame: Bytes,
  label: Bytes,
  shape: Shape<T>,
  { room, sender }: { readonly room: RoomId; readonly sender: Member },
): Promise<T> {
  const encoded = frame.slice(ED25519_SIGNATURE);
  const value = decodeStrict(shape, encoded, { malformed: 'handshake_malformed' });
  if (value.room !== room) throw new CryptoError('room_mismatch');
  if (value.device !== sender.id) throw new CryptoError('sender_mismatch');
  const signature = frame.slice(0, ED25519_SIGNATURE);
  if (!(await verify(sender.verifyKey, signature, concatBytes(label, encoded))))
    throw new CryptoError('signature_wrong');
  return value;
}

/** A device's own word that it leaves the group: with it, anybody may remove it. */
export function signLeave(
  device: Device,
  { room, epoch }: { readonly room: RoomId; readonly epoch: Epoch },
): Promise<Bytes> {
  return signed(device, LEAVE, leaveShape, { room, device: device.id, epoch });
}

/** Throws `handshake_malformed`, `room_mismatch`, `sender_mismatch`, `signature_wrong`, `epoch_mismatch`. */
export async function openLeave(
  frame: Bytes,
  of: { readonly room: RoomId; readonly epoch: Epoch; readonly sender: Member },
): Promise<void> {
  const { epoch } = await opened(frame, LEAVE, leaveShape, of);
  if (epoch !== of.epoch) throw new CryptoError('epoch_mismatch');
}

/**
 * Asks to be let into a group by this key package. A proof of the invite, or null from who is in it and lost the keys. Throws
 * `frame_too_large`.
 */
export async function signKnock(
  device: Device,
  {
    room,
    keyPackage,
    proof,
  }: { readonly room: RoomId; readonly keyPackage: Bytes; readonly proof: Bytes | null },
): Promise<Bytes> {
  const frame = await signed(device, KNOCK, knockShape, { room, device: device.id, keyPackage, proof });
  if (frame.length > limits.knock) throw new CryptoError('frame_too_large');
  return frame;
}

/**
 * Throws `frame_too_large`, `handshake_malformed`, `room_mismatch`, `sender_mismatch`, `signature_wrong`, and what readKeyPackage throws,
 * `key_package_wrong` also for a key package of another device.
 */
export async function openKnock(
  frame: Bytes,
  of: { readonly room: RoomId; readonly now: Millis; readonly sender: Member; readonly resolve: Resolve },
): Promise<{ readonly keyPackage: KeyPackage; readonly proof: Bytes | null }> {
  if (frame.length > limits.knock) throw new CryptoError('frame_too_large');
  const knock = await opened(frame, KNOCK, knockShape, of);
  const keyPackage = await readKeyPackage(knock.keyPackage, of);
  if (keyPackage.device !== of.sender.id) throw new CryptoError('key_package_wrong');
  return { keyPackage, proof: knock.proof };
}
