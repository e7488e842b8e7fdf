import {
  type Bytes,
  concatBytes,
  type DeviceId,
  ED25519_SIGNATURE,
  fromHex,
  limits,
  type RoomId,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { TAG_BYTES } from '../primitives/aead.ts';
import { sign, verify } from '../primitives/ed25519.ts';
import { ENCAPSULATED, hpkeOpen, hpkeSeal, loadHpke } from '../primitives/hpke.ts';

/*
 * frame = version u8 | suite u8 | X-Wing encapsulation 1120 | HPKE(signature 64 | content)
 * info  = label | room | sender | recipient, and the signature is over info | content: inside, so that the relay sees none, and
 *         naming the recipient, so that no recipient can pass it on as the sender's word to another.
 */

const VERSION = 1;
/** X-Wing, HKDF-SHA-512, AES-256-GCM; Ed25519. */
const SUITE = 1;
const PREFIX = Uint8Array.of(VERSION, SUITE);

export interface Sealing {
  readonly label: Bytes;
  readonly room: RoomId;
  readonly device: Device;
  readonly to: Member;
  readonly content: Bytes;
}

/** Seals something to one device, with its sender's signature inside. Throws `recipient_key_wrong`. */
export async function sealSigned({ label, room, device, to, content }: Sealing): Promise<Bytes> {
  const info = infoOf(label, room, device.id, to.id);
  const plain = concatBytes(await sign(device.signKey, concatBytes(info, content)), content);
  await loadHpke();
  try {
    return concatBytes(PREFIX, await hpkeSeal(to.hpkePub, info, PREFIX, plain));
  } catch (cause) {
    // An X-Wing key that is not one passes a credential check, which looks at its length only.
    throw new CryptoError('recipient_key_wrong', { cause });
  }
}

export interface Sealed {
  readonly label: Bytes;
  readonly room: RoomId;
  readonly device: Device;
  readonly from: Member;
  readonly frame: Bytes;
}

/**
 * What was sealed to this device. Throws `frame_malformed`, `frame_too_large`, `version_unknown`, `suite_unknown`,
 * `decryption_failed` (also for another room, sender or recipient), `signature_wrong`.
 */
export async function openSigned({ label, room, device, from, frame }: Sealed): Promise<Bytes> {
  if (frame.length > limits.delivery) throw new CryptoError('frame_too_large');
  const least = PREFIX.length + ENCAPSULATED + ED25519_SIGNATURE + TAG_BYTES;
  if (frame.length < least) throw new CryptoError('frame_malformed');
  if (frame[0] !== VERSION) throw new CryptoError('version_unknown');
  if (frame[1] !== SUITE) throw new CryptoError('suite_unknown');
  const info = infoOf(label, room, from.id, device.id);
  const plain = await openSealed(device.hpkeKey, info, frame.slice(PREFIX.length));
  const content = plain.slice(ED25519_SIGNATURE);
  const signature = plain.slice(0, ED25519_SIGNATURE);
  if (!(await verify(from.verifyKey, signature, concatBytes(info, content))))
    throw new CryptoError('signature_wrong');
  return content;
}

async function openSealed(seed: Bytes, info: Bytes, sealed: Bytes): Promise<Bytes> {
  // Before the attempt: code that cannot be loaded now says nothing against the letter.
  await loadHpke();
  try {
    return await hpkeOpen(seed, info, PREFIX, sealed);
  } catch (cause) {
    throw new CryptoError('decryption_failed', { cause });
  }
}

function infoOf(label: Bytes, room: RoomId, sender: DeviceId, recipient: DeviceId): Bytes {
  return concatBytes(label, fromHex(room), fromHex(sender), fromHex(recipient));
}
