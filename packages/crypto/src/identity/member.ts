import {
  type Bytes,
  type Credential,
  credentialBytes,
  credentialShape,
  type DeviceId,
  deviceBytes,
  type IdentityId,
  normaliseNickname,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { importVerifyKey, verify } from '../primitives/ed25519.ts';
import { deviceIdOf, identityIdOf } from './ids.ts';

/**
 * Controls, line breaks, bidi and zero-width characters but the joiner of emoji. Spelt out, and not `nicknameFault`: that
 * one knows as much of Unicode as the engine does, and a room where an old browser believes fewer members than a new one
 * is a room that splits.
 */
const HIDING = /[\p{Cc}\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

/** Known to this module alone, so that only verifyCredential can make a Member. */
const checked: unique symbol = Symbol('checked');

/** Somebody whose credential was checked. Keep the credential, not this, in storage. */
export interface Member {
  readonly id: DeviceId;
  readonly identity: IdentityId;
  readonly nickname: string;
  /** Ed25519, public: checks what the device signed. */
  readonly verifyKey: CryptoKey;
  readonly hpkePub: Bytes;
  readonly credential: Credential;
  readonly [checked]: true;
}

/**
 * The member a credential proves. Throws `credential_malformed`, `nickname_invalid` (a name that hides or turns what stands
 * beside it, which only a relay that is not ours would let in), `key_weak`, `credential_signature`, or
 * `device_signature`: a relay that puts its own keys behind somebody's device, to be sealed what is meant for it.
 */
export async function verifyCredential(credential: Credential): Promise<Member> {
  const known = strict(credential);
  const { nickname, identityPub, devicePub, hpkePub, signature, deviceSignature } = known;
  const hides = nickname === '' || HIDING.test(nickname) || normaliseNickname(nickname) !== nickname;
  if (hides) throw new CryptoError('nickname_invalid');
  const [identityKey, verifyKey] = await Promise.all([
    importVerifyKey(identityPub),
    importVerifyKey(devicePub),
  ]);
  const [vouched, agreed] = await Promise.all([
    verify(identityKey, signature, credentialBytes(known)),
    verify(verifyKey, deviceSignature, deviceBytes(known)),
  ]);
  if (!vouched) throw new CryptoError('credential_signature');
  if (!agreed) throw new CryptoError('device_signature');
  const [id, identity] = await Promise.all([deviceIdOf(devicePub), identityIdOf(identityPub)]);
  return { id, identity, nickname, verifyKey, hpkePub, credential: known, [checked]: true };
}

/** A copy with every length checked: a credential may come from storage or from a hand-made object. */
function strict(credential: Credential): Credential {
  try {
    return credentialShape.fromWire(credentialShape.toWire(credential));
  } catch (cause) {
    throw new CryptoError('credential_malformed', { cause });
  }
}
