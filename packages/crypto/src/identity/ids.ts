import { type Bytes, type DeviceId, ID_BYTES, type IdentityId, id } from '@aurora/protocol';
import { sha256 } from '../primitives/hash.ts';

const deviceShape = id<DeviceId>();
const identityShape = id<IdentityId>();

/** The name that a device's public signing key gives it: first 16 bytes of SHA-256. */
export async function deviceIdOf(devicePub: Bytes): Promise<DeviceId> {
  return deviceShape.fromWire((await sha256(devicePub)).slice(0, ID_BYTES));
}

/** The name that an identity's public key gives it: first 16 bytes of SHA-256. */
export async function identityIdOf(identityPub: Bytes): Promise<IdentityId> {
  return identityShape.fromWire((await sha256(identityPub)).slice(0, ID_BYTES));
}
