import {
  type Bytes,
  type Challenge,
  type Credential,
  challengeBytes,
  credentialBytes,
  type DeviceId,
  deviceBytes,
  type IdentityId,
  nicknameFault,
  normaliseNickname,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import { generateSigner, sign } from '../primitives/ed25519.ts';
import { generateHpke } from '../primitives/hpke.ts';
import { deviceIdOf, identityIdOf } from './ids.ts';

/** All that makes this device who it is. Both CryptoKeys can be stored and used but never read. */
export interface Device {
  readonly credential: Credential;
  readonly id: DeviceId;
  readonly identity: IdentityId;
  /** Ed25519, private: signs credentials. */
  readonly identityKey: CryptoKey;
  /** Ed25519, private: signs everything else. */
  readonly signKey: CryptoKey;
  /** The seed of the X-Wing private key: a secret in the clear, to be stored sealed. */
  readonly hpkeKey: Bytes;
}

/** Throws `nickname_invalid` unless this is a nickname as it is kept and shown. SPEC [ID7]. */
function requireNickname(nickname: string): void {
  if (nicknameFault(nickname) !== undefined || normaliseNickname(nickname) !== nickname) {
    throw new CryptoError('nickname_invalid');
  }
}

/** A new identity with its first device. The nickname must be normalised. */
export async function createDevice(nickname: string): Promise<Device> {
  requireNickname(nickname);
  const [identity, device, hpke] = await Promise.all([generateSigner(), generateSigner(), generateHpke()]);
  return vouch(nickname, identity, device, hpke);
}

interface Signer {
  readonly key: CryptoKey;
  readonly pub: Bytes;
}

/** The device that these keys make, with the credential that its identity and it sign. */
export async function vouch(
  nickname: string,
  identity: Signer,
  device: Signer,
  hpke: { readonly seed: Bytes; readonly pub: Bytes },
): Promise<Device> {
  const claims = { nickname, identityPub: identity.pub, devicePub: device.pub, hpkePub: hpke.pub };
  const [signature, deviceSignature] = await Promise.all([
    sign(identity.key, credentialBytes(claims)),
    sign(device.key, deviceBytes(claims)),
  ]);
  return {
    credential: { ...claims, signature, deviceSignature },
    id: await deviceIdOf(device.pub),
    identity: await identityIdOf(identity.pub),
    identityKey: identity.key,
    signKey: device.key,
    hpkeKey: hpke.seed,
  };
}

/** The answer to a relay's challenge: the device's signature over it. SPEC [ID4]. */
export function proveDevice(device: Device, challenge: Omit<Challenge, 'devicePub'>): Promise<Bytes> {
  const { devicePub } = device.credential;
  const { origin, serverId, nonce } = challenge;
  return sign(device.signKey, challengeBytes({ origin, serverId, nonce, devicePub }));
}
