import {
  type Bytes,
  concatBytes,
  decodeCborFirst,
  ED25519_SIGNATURE,
  equalBytes,
  limits,
  utf8,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { pad, requirePadding } from '../padding.ts';
import { NONCE_BYTES, open, seal } from '../primitives/aead.ts';
import { sign, verify } from '../primitives/ed25519.ts';
import { sha256 } from '../primitives/hash.ts';
import { randomBytes } from '../primitives/random.ts';
import { type Body, decodeBody, encodeBody } from './body.ts';
import { encodeHeader, HEADER_BYTES, type Header, readHeader } from './header.ts';
import { type ContentKey, type ContentKeyOf, type ContentKeys, contentKey, type Purpose } from './keys.ts';

/*
 * frame = header | AES-256-GCM(signature 64 | keyId 32 | body | padding), the header as associated data
 * signature = Ed25519 over "aurora/<purpose>/1" | header | keyId | SHA-256(body)
 */

const KEY_ID_BYTES = 32;
const BODY_AT = ED25519_SIGNATURE + KEY_ID_BYTES;

const rules = {
  message: { label: utf8('aurora/message/1'), most: limits.frame, types: ['text', 'files', 'title', 'link'] },
  signal: { label: utf8('aurora/signal/1'), most: limits.signal, types: ['typing'] },
  register: { label: utf8('aurora/register/1'), most: limits.register, types: ['mark'] },
} as const satisfies Record<Purpose, { label: Bytes; most: number; types: readonly Body['type'][] }>;

export interface SealParts {
  readonly purpose: Purpose;
  readonly header: Omit<Header, 'nonce'>;
  readonly key: Bytes;
  readonly device: Device;
  readonly body: Body;
  readonly keys: ContentKeys | undefined;
}

export function sealFrame(parts: SealParts): Promise<Bytes> {
  return dangerouslySealWithNonce(parts, randomBytes(NONCE_BYTES));
}

/** The same nonce twice under one key gives both texts away: for sealFrame and frozen vectors alone. */
export async function dangerouslySealWithNonce(parts: SealParts, nonce: Bytes): Promise<Bytes> {
  const { purpose, key, device, keys } = parts;
  requireType(purpose, parts.body);
  const content = await derive({ ...parts.header, key }, purpose, keys);
  const header = encodeHeader({ ...parts.header, nonce });
  const body = encodeBody(parts.body);
  const signature = await sign(device.signKey, await signedBytes(purpose, header, content.keyId, body));
  const plain = concatBytes(signature, content.keyId, pad(body));
  const frame = concatBytes(header, await seal(content.aead, nonce, header, plain));
  if (frame.length > rules[purpose].most) throw new CryptoError('frame_too_large');
  return frame;
}

export interface OpenParts {
  readonly purpose: Purpose;
  /** Where the frame stood and who is said to have sent it; `id` is free for a signal. */
  readonly expected: Omit<Header, 'nonce' | 'id'> & { readonly id: Header['id'] | null };
  readonly key: Bytes;
  readonly sender: Member;
  readonly frame: Bytes;
  readonly keys: ContentKeys | undefined;
}

export async function openFrame({ purpose, expected, key, sender, frame, keys }: OpenParts): Promise<Body> {
  if (frame.length > rules[purpose].most) throw new CryptoError('frame_too_large');
  requirePlace(readHeader(frame), expected);
  const content = await derive({ ...expected, key }, purpose, keys);
  const header = frame.slice(0, HEADER_BYTES);
  const plain = await decrypt(content, header, frame.slice(HEADER_BYTES));
  if (plain.length < BODY_AT) throw new CryptoError('frame_malformed');
  const signature = plain.slice(0, ED25519_SIGNATURE);
  if (!equalBytes(plain.subarray(ED25519_SIGNATURE, BODY_AT), content.keyId))
    throw new CryptoError('key_id_mismatch');
  const { body, padding } = splitBody(plain.slice(BODY_AT));
  const signed = await signedBytes(purpose, header, content.keyId, body);
  if (!(await verify(sender.verifyKey, signature, signed))) throw new CryptoError('signature_wrong');
  requirePadding(body.length, padding);
  const decoded = decodeBody(body);
  requireType(purpose, decoded);
  return decoded;
}

function requirePlace(header: Header, expected: OpenParts['expected']): void {
  if (header.room !== expected.room) throw new CryptoError('room_mismatch');
  if (header.epoch !== expected.epoch) throw new CryptoError('epoch_mismatch');
  if (header.device !== expected.device) throw new CryptoError('sender_mismatch');
  if (expected.id !== null && header.id !== expected.id) throw new CryptoError('id_mismatch');
}

function requireType(purpose: Purpose, body: Body): void {
  const types: readonly Body['type'][] = rules[purpose].types;
  if (!types.includes(body.type)) throw new CryptoError('body_misplaced');
}

function derive(of: ContentKeyOf, purpose: Purpose, keys: ContentKeys | undefined): Promise<ContentKey> {
  return keys === undefined ? contentKey(of, purpose) : keys.of(of, purpose);
}

async function decrypt(content: ContentKey, header: Bytes, sealed: Bytes): Promise<Bytes> {
  try {
    return await open(content.aead, header.slice(-NONCE_BYTES), header, sealed);
  } catch (cause) {
    throw new CryptoError('decryption_failed', { cause });
  }
}

/** The body ends where its one CBOR value ends. */
function splitBody(padded: Bytes): { body: Bytes; padding: Uint8Array } {
  try {
    const [, padding] = decodeCborFirst(padded);
    return { body: padded.slice(0, padded.length - padding.length), padding };
  } catch (cause) {
    throw new CryptoError('body_malformed', { cause });
  }
}

async function signedBytes(purpose: Purpose, header: Bytes, keyId: Bytes, body: Bytes): Promise<Bytes> {
  return concatBytes(rules[purpose].label, header, keyId, await sha256(body));
}
