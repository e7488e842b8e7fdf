import type { Millis } from '@aurora/protocol';
import { looksOf } from '../../src/core/nickname/key.ts';
import type { Claim } from '../../src/ports/directory.ts';
import type { Device } from './keys.ts';

/** What a device claims of the directory when it signs in. */
export function claimOf(device: Device, at = 1000, credential = device.credential): Claim {
  return {
    identity: device.identityId,
    device: device.id,
    credential,
    looks: looksOf(credential.nickname),
    at: at as Millis,
  };
}
