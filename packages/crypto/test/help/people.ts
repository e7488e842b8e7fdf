import { type Bytes, fromHex } from '@aurora/protocol';
import { vouch } from '../../src/identity/device.ts';
import { createDevice, type Device, type Member, verifyCredential } from '../../src/index.ts';
import { hpkePubOf } from './xwing.ts';

/** Somebody with a device, and how others know them. */
export interface Person {
  readonly device: Device;
  readonly member: Member;
}

export async function person(nickname: string): Promise<Person> {
  const device = await createDevice(nickname);
  return { device, member: await verifyCredential(device.credential) };
}

/** Secrets in the clear, as frozen vectors need them. */
export interface Seeds {
  readonly nickname: string;
  readonly identitySeed: string;
  readonly deviceSeed: string;
  readonly hpkeSeed: string;
}

export async function personFromSeeds(seeds: Seeds): Promise<Person> {
  const seed = fromHex(seeds.hpkeSeed);
  const device = await vouch(
    seeds.nickname,
    await signer(seeds.identitySeed),
    await signer(seeds.deviceSeed),
    {
      seed,
      pub: await hpkePubOf(seed),
    },
  );
  return { device, member: await verifyCredential(device.credential) };
}

const PKCS8 = fromHex('302e020100300506032b657004220420');

/** An Ed25519 key pair from its 32-byte seed (RFC 8032 section 5.1.5). */
export async function signer(seed: string): Promise<{ key: CryptoKey; pub: Bytes }> {
  const pkcs8 = new Uint8Array([...PKCS8, ...fromHex(seed)]);
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const { x = '' } = await crypto.subtle.exportKey('jwk', key);
  return { key, pub: new Uint8Array(Buffer.from(x, 'base64url')) };
}
