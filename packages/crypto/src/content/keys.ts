import {
  type Bytes,
  concatBytes,
  type DeviceId,
  type Epoch,
  equalBytes,
  fromHex,
  type RoomId,
  utf8,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { importAead, KEY_BYTES } from '../primitives/aead.ts';
import { hkdf } from '../primitives/hkdf.ts';
import { u64 } from '../primitives/number.ts';

/** What a frame is for. Each has keys and signatures of its own, so that neither passes for the other. */
export type Purpose = 'message' | 'signal' | 'register';

const LABELS = {
  message: utf8('aurora/content/1'),
  signal: utf8('aurora/signal/1'),
  register: utf8('aurora/register/1'),
} as const satisfies Record<Purpose, Bytes>;
const KEY_ID = utf8('aurora/keyid/1');

/** Whose frames, under which key. */
export interface ContentKeyOf {
  readonly room: RoomId;
  readonly epoch: Epoch;
  /** The room's key of this epoch. */
  readonly key: Bytes;
  readonly device: DeviceId;
}

/** What opens and seals one device's frames of one epoch. */
export interface ContentKey {
  readonly aead: CryptoKey;
  /** Commits to the room key, which AES-GCM alone does not. */
  readonly keyId: Bytes;
}

/** The public name of a room key. Throws `key_wrong_size`. */
export async function keyIdOf(key: Bytes): Promise<Bytes> {
  if (key.length !== KEY_BYTES) throw new CryptoError('key_wrong_size');
  return hkdf(key, KEY_ID, 32);
}

/** Derives anew; ContentKeys keeps what was derived. Throws `key_wrong_size`. */
export async function contentKey(of: ContentKeyOf, purpose: Purpose = 'message'): Promise<ContentKey> {
  const [keyId, raw] = await Promise.all([keyIdOf(of.key), dangerouslyRawContentKey(of, purpose)]);
  return { aead: await importAead(raw), keyId };
}

/** The content key's bytes, for contentKey and for frozen vectors alone. */
export function dangerouslyRawContentKey(
  { room, epoch, key, device }: ContentKeyOf,
  purpose: Purpose,
): Promise<Bytes> {
  return hkdf(key, concatBytes(LABELS[purpose], fromHex(room), u64(epoch), fromHex(device)), KEY_BYTES);
}

/** Enough for a busy page of every sender; beyond it the oldest go first. */
const MOST = 4096;

/**
 * Content keys that were derived already, which the caller keeps beside its rooms and gives to every seal and open,
 * so that a page of messages derives one key a sender. Holds secrets; never stored.
 */
export class ContentKeys {
  readonly #derived = new Map<string, { readonly from: Bytes; readonly content: Promise<ContentKey> }>();

  of(of: ContentKeyOf, purpose: Purpose): Promise<ContentKey> {
    const name = `${purpose}/${of.room}/${of.epoch}/${of.device}`;
    const known = this.#derived.get(name);
    // A page may meet two candidate keys for one epoch: the name alone does not say which.
    if (known !== undefined && equalBytes(known.from, of.key)) return known.content;
    const content = contentKey(of, purpose);
    this.#derived.delete(name);
    this.#derived.set(name, { from: of.key.slice(), content });
    if (this.#derived.size > MOST) {
      const [oldest] = this.#derived.keys();
      if (oldest !== undefined) this.#derived.delete(oldest);
    }
    return content;
  }

  /** Forgets everything, as on signing out. */
  clear(): void {
    this.#derived.clear();
  }
}
