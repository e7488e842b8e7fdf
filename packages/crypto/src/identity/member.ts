import {
  type Bytes,
  type Credential,
  credentialBytes,
  credentialShape,
  type DeviceId,
  deviceBytes,
  type IdentityId,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { importVerifyKey, verify } from '../primitives/ed25519.ts';
import { requireNickname } from './device.ts';
import { deviceIdOf, identityIdOf } from './ids.ts';

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
 * The member a credential proves. Throws `credential_malformed`, `nickname_invalid` (a name that looks like nothing
 * or like another, which only a relay that is not ours would let in), `key_weak`, `credential_signature`, or
 * `device_signature`: a relay that puts its own keys behind somebody's device, to be sealed what is meant for it.
 */
export async function verifyCredential(credential: Credential): Promise<Member> {
  const known = strict(credential);
  const { nickname, identityPub, devicePub, hpkePub, signature, deviceSignature } = known;
  requireNickname(nickname);
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
