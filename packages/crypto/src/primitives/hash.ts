import type { Bytes } from '@aurora/protocol';
import { sha256 as sha256Now } from '@hpke/common';

/** Up to so many bytes the way to the engine's threads and back takes longer than the hash; a message needs three of them. */
const SMALL = 1024;

/** SHA-256 (FIPS 180-4). */
export async function sha256(data: Bytes): Promise<Bytes> {
  if (data.length <= SMALL) return new Uint8Array(sha256Now(data));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}
