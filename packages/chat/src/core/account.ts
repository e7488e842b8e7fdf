import { type Device, deviceIdOf, identityIdOf } from '@aurora/crypto';
import { bytes, credentialShape, record } from '@aurora/protocol';
import type { Vault } from '../ports/vault.ts';

const deviceShape = record({ credential: credentialShape, hpkeKey: bytes(32) });
const DEVICE = 'device';

/** The device that entered on this browser, or null. */
export async function loadDevice(vault: Vault): Promise<Device | null> {
  const [stored, identityKey, signKey] = await Promise.all([
    vault.read('account', DEVICE),
    vault.read('keys', 'identity'),
    vault.read('keys', 'sign'),
  ]);
  if (stored === undefined || !isKey(identityKey) || !isKey(signKey)) return null;
  const { credential, hpkeKey } = deviceShape.fromWire(stored);
  const [id, identity] = await Promise.all([
    deviceIdOf(credential.devicePub),
    identityIdOf(credential.identityPub),
  ]);
  return { credential, hpkeKey, id, identity, identityKey, signKey };
}

/** Keeps a device; its signing keys as the platform's own objects, which never give their bytes. */
export async function saveDevice(vault: Vault, device: Device): Promise<void> {
  await vault.commit([
    { put: 'account', key: DEVICE, value: deviceShape.toWire(device) },
    { put: 'keys', key: 'identity', value: device.identityKey },
    { put: 'keys', key: 'sign', value: device.signKey },
  ]);
}

function isKey(value: unknown): value is CryptoKey {
  return value instanceof CryptoKey;
}
