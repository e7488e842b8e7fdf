import { type Bytes, type DeviceId, equalBytes, limits, type Millis } from '@aurora/protocol';
import { generateKeyPackageWithKey, type KeyPackage as MlsKeyPackage } from 'ts-mls';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { importVerifyKey, verify } from '../primitives/ed25519.ts';
import { capabilities, credentialOf, deviceOf, isLeafOf, type Resolve } from './leaf.ts';
import { decodeSecret, encodeSecret } from './package-secret.ts';
import { isUsable, NO_SIGNING_KEY, SUITE, suiteOf } from './suite.ts';
import { decodeMessage, encodeMessage, labelled, MESSAGE_HEAD, vector } from './wire.ts';

const DAY = 24 * 60 * 60 * 1000;
/** How long a key package may be used, and the most that is believed of another's. */
const LIFE = 90 * DAY;
const LONGEST = 100 * DAY;
/** Bytes of an Ed25519 signature as a vector. */
const SIGNATURE = 66;

/** A key package of this device, and what opens the welcome that is sealed to it. A secret in the clear: to be stored sealed. */
export interface KeyPackageSecret {
  readonly ref: Bytes;
  readonly keyPackage: Bytes;
  readonly secret: Bytes;
  readonly until: Millis;
  readonly lastResort: boolean;
}

/** Another device's key package, checked. */
export interface KeyPackage {
  readonly device: DeviceId;
  readonly member: Member;
  readonly until: Millis;
  readonly mls: MlsKeyPackage;
}

/** Makes a key package (RFC 9420 section 10) that may be used for 90 days. `now` in milliseconds since 1970. */
export async function createKeyPackage(
  device: Device,
  { now, lastResort }: { readonly now: Millis; readonly lastResort: boolean },
): Promise<KeyPackageSecret> {
  const until = (now + LIFE) as Millis;
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    credentialOf(device.id),
    capabilities,
    // The library compares the beginning with the machine's own clock, which may be wrong: only the end says anything.
    { notBefore: 0n, notAfter: BigInt(Math.floor(until / 1000)) },
    [],
    { signKey: NO_SIGNING_KEY, publicKey: device.credential.devicePub },
    suiteOf(device),
  );
  const keyPackage = encodeKeyPackage(publicPackage);
  const secret = encodeSecret(privatePackage);
  return { ref: await referenceOf(keyPackage), keyPackage, secret, until, lastResort };
}

/** The library's own view of one's key package. Throws `key_package_malformed`. */
export function openSecret({ keyPackage, secret }: KeyPackageSecret) {
  return { publicPackage: decodeKeyPackage(keyPackage), privatePackage: decodeSecret(secret) };
}

/**
 * A key package as somebody else may use it. Throws `key_package_malformed`, `key_package_expired`, and `key_package_wrong` when
 * the device that it names cannot be proven, did not sign it, or lives too long to be believed.
 */
export async function readKeyPackage(
  encoded: Bytes,
  { now, resolve }: { readonly now: Millis; readonly resolve: Resolve },
): Promise<KeyPackage> {
  const mls = decodeKeyPackage(encoded);
  const { lifetime } = mls.leafNode;
  if (Number(lifetime.notAfter) * 1000 <= now) throw new CryptoError('key_package_expired');
  if (Number(lifetime.notAfter) * 1000 > now + LONGEST) throw new CryptoError('key_package_wrong');
  const member = await requireKeyPackage(encoded, mls, resolve);
  return { device: member.id, member, until: (Number(lifetime.notAfter) * 1000) as Millis, mls };
}

/**
 * Whose key package it is, by all that does not depend on a clock: who reads a commit later must come to the same verdict. Throws
 * `key_package_wrong`.
 */
export async function requireKeyPackage(
  encoded: Bytes,
  mls: MlsKeyPackage,
  resolve: Resolve,
): Promise<Member> {
  const device = deviceOf(mls.leafNode.credential);
  const member = device === null ? undefined : (await resolve([device])).get(device);
  const sound =
    member !== undefined &&
    mls.version === 'mls10' &&
    mls.cipherSuite === SUITE &&
    mls.extensions.length === 0 &&
    isLeafOf(mls.leafNode, member) &&
    (await isSigned(encoded, mls)) &&
    !equalBytes(mls.initKey, mls.leafNode.hpkePublicKey) &&
    (await isUsable(mls.initKey)) &&
    (await isUsable(mls.leafNode.hpkePublicKey));
  if (!sound) throw new CryptoError('key_package_wrong');
  return member;
}

/** Both signatures of the device: over the leaf that goes into the tree, and over the package. */
async function isSigned(encoded: Bytes, mls: MlsKeyPackage): Promise<boolean> {
  try {
    const key = await importVerifyKey(new Uint8Array(mls.leafNode.signaturePublicKey));
    const content = encoded.slice(0, -SIGNATURE);
    // Before the leaf stand version, suite and init key; behind it an empty list of extensions.
    const leaf = encoded.slice(4 + vector(mls.initKey).length, -SIGNATURE - 1).slice(0, -SIGNATURE);
    const [whole, part] = await Promise.all([
      verify(key, new Uint8Array(mls.signature), labelled('MLS 1.0 KeyPackageTBS', content)),
      verify(key, new Uint8Array(mls.leafNode.signature), labelled('MLS 1.0 LeafNodeTBS', leaf)),
    ]);
    return whole && part;
  } catch (error) {
    if (error instanceof CryptoError) return false;
    throw error;
  }
}

export function encodeKeyPackage(keyPackage: MlsKeyPackage): Bytes {
  const message = { version: 'mls10', wireformat: 'mls_key_package', keyPackage } as const;
  return encodeMessage(message).slice(MESSAGE_HEAD);
}

/** Throws `key_package_malformed`. */
function decodeKeyPackage(encoded: Bytes): MlsKeyPackage {
  if (encoded.length > limits.keyPackage) throw new CryptoError('key_package_malformed');
  // MLS 1.0, a key package.
  const message = decodeMessage(new Uint8Array([0, 1, 0, 5, ...encoded]), 'key_package_malformed');
  if (message.wireformat !== 'mls_key_package') throw new CryptoError('key_package_malformed');
  return message.keyPackage;
}

/** KeyPackageRef, RFC 9420 section 5.2. */
export async function referenceOf(keyPackage: Bytes): Promise<Bytes> {
  const input = labelled('MLS 1.0 KeyPackage Reference', keyPackage);
  return new Uint8Array(await crypto.subtle.digest('SHA-512', input));
}
