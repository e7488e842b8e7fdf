import {
  type Bytes,
  concatBytes,
  type DeviceId,
  type Epoch,
  epoch as epochShape,
  fromHex,
  id,
  type MessageId,
  type RoomId,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { NONCE_BYTES, TAG_BYTES } from '../primitives/aead.ts';
import { readU64, u64 } from '../primitives/number.ts';

/** What stands in the clear before every sealed frame, authenticated by it. All of it is bound, none of it trusted. */
export interface Header {
  readonly room: RoomId;
  readonly epoch: Epoch;
  readonly device: DeviceId;
  readonly id: MessageId;
  readonly nonce: Bytes;
}

export const HEADER_BYTES = 70;
const VERSION = 1;
/** HKDF-SHA-512, AES-256-GCM, Ed25519, SHA-256. */
const SUITE = 1;

const roomShape = id<RoomId>();
const deviceShape = id<DeviceId>();
const messageShape = id<MessageId>();

/** version u8 | suite u8 | room 16 | epoch u64 | device 16 | id 16 | nonce 12 */
export function encodeHeader({ room, epoch, device, id: message, nonce }: Header): Bytes {
  return concatBytes(
    Uint8Array.of(VERSION, SUITE),
    fromHex(room),
    u64(epoch),
    fromHex(device),
    fromHex(message),
    nonce,
  );
}

/**
 * What a frame says of itself; nothing is proven yet. Throws `frame_malformed`, `version_unknown`,
 * `suite_unknown`.
 */
export function readHeader(frame: Bytes): Header {
  if (frame.length < HEADER_BYTES + TAG_BYTES) throw new CryptoError('frame_malformed');
  if (frame[0] !== VERSION) throw new CryptoError('version_unknown');
  if (frame[1] !== SUITE) throw new CryptoError('suite_unknown');
  const epoch = readU64(new DataView(frame.buffer, frame.byteOffset, frame.byteLength), 18);
  if (epoch === undefined) throw new CryptoError('frame_malformed');
  return {
    room: roomShape.fromWire(frame.subarray(2, 18)),
    epoch: epochShape.fromWire(epoch),
    device: deviceShape.fromWire(frame.subarray(26, 42)),
    id: messageShape.fromWire(frame.subarray(42, 58)),
    nonce: frame.slice(58, 58 + NONCE_BYTES),
  };
}
