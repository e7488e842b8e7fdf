import { type DeviceId, equalBytes, fromHex, ID_BYTES, id } from '@aurora/protocol';
import type { AuthenticationService, Capabilities, Credential, LeafNode } from 'ts-mls';
import type { Member } from '../identity/member.ts';
import { RULES_EXTENSION } from './rules.ts';
import { SUITE } from './suite.ts';

/** Checked credentials of devices, as far as they are to be had. */
export type Resolve = (devices: readonly DeviceId[]) => Promise<ReadonlyMap<DeviceId, Member>>;

const deviceShape = id<DeviceId>();

/** What every leaf of ours can do, and nothing else: RFC 9420 section 7.2. */
export const capabilities: Capabilities = {
  versions: ['mls10'],
  ciphersuites: [SUITE],
  extensions: [RULES_EXTENSION],
  proposals: [],
  credentials: ['basic'],
};

/** A leaf names its device; who that is, the device's own credential proves. */
export function credentialOf(device: DeviceId): Credential {
  return { credentialType: 'basic', identity: fromHex(device) };
}

/** The device that a leaf names; null when it names none. */
export function deviceOf(credential: Credential): DeviceId | null {
  if (credential.credentialType !== 'basic' || credential.identity.length !== ID_BYTES) return null;
  return deviceShape.fromWire(new Uint8Array(credential.identity));
}

/** Whether a leaf is that of a device whose credential was checked: the same signing key, and what our leaves can do. */
export function isLeafOf(leaf: LeafNode, member: Member): boolean {
  const { extensions, credentials, versions, ciphersuites } = leaf.capabilities;
  return (
    deviceOf(leaf.credential) === member.id &&
    equalBytes(leaf.signaturePublicKey, member.credential.devicePub) &&
    extensions.includes(RULES_EXTENSION) &&
    credentials.includes('basic') &&
    versions.includes('mls10') &&
    ciphersuites.includes(SUITE) &&
    leaf.extensions.length === 0
  );
}

/** Checked credentials that were had before: what could not be had is asked again, and no verdict comes of it. */
export type People = ReadonlyMap<DeviceId, Member>;

/** MLS's authentication service (RFC 9420 section 5.3.1): a signing key belongs to the device that its credential proves. */
export function authenticationBy(people: People): AuthenticationService {
  return {
    async validateCredential(credential, signaturePublicKey) {
      const device = deviceOf(credential);
      const member = device === null ? undefined : people.get(device);
      return member !== undefined && equalBytes(signaturePublicKey, member.credential.devicePub);
    },
  };
}

/** For a tree that is not known before the library has opened it: each leaf is checked right after, all credentials asked at once. */
export const authenticationLater: AuthenticationService = { validateCredential: async () => true };
