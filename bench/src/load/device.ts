import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  type Bytes,
  type Challenge,
  type Credential,
  challengeBytes,
  credentialBytes,
  deviceBytes,
  XWING_PUB,
} from '@aurora/protocol';

/** Somebody with keys, who can prove it: a real credential and a real signature, as a client makes them. */
export interface Device {
  readonly credential: Credential;
  prove(challenge: Omit<Challenge, 'devicePub'>): Bytes;
}

function copy(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

function rawPublic(key: KeyObject): Bytes {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new Error('no Ed25519 key');
  return copy(Buffer.from(x, 'base64url'));
}

/** The relay never uses the X-Wing key, so random bytes of its length do. */
export function createDevice(nickname: string): Device {
  const identity = generateKeyPairSync('ed25519');
  const device = generateKeyPairSync('ed25519');
  const devicePub = rawPublic(device.publicKey);
  const unsigned = {
    nickname,
    identityPub: rawPublic(identity.publicKey),
    devicePub,
    hpkePub: copy(randomBytes(XWING_PUB)),
  };
  const signature = copy(sign(null, credentialBytes(unsigned), identity.privateKey));
  const deviceSignature = copy(sign(null, deviceBytes(unsigned), device.privateKey));
  return {
    credential: { ...unsigned, signature, deviceSignature },
    prove: (challenge) => copy(sign(null, challengeBytes({ ...challenge, devicePub }), device.privateKey)),
  };
}

/** Distinct nicknames, also for a relay that compares looks. */
export function nicknameOf(index: number): string {
  return `Guest ${createHash('sha256').update(String(index)).digest('hex').slice(0, 4)} ${index}`;
}
