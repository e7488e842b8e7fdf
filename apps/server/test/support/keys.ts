import { generateKeyPairSync, hash, type KeyObject, randomFillSync, sign } from 'node:crypto';
import {
  type Bytes,
  type Challenge,
  type Credential,
  challengeBytes,
  credentialBytes,
  type DeviceId,
  deviceBytes,
  type IdentityId,
  type MessageId,
  messageId,
  normaliseNickname,
  XWING_PUB,
} from '@aurora/protocol';

export function randomBytes(length: number): Bytes {
  return randomFillSync(new Uint8Array(length));
}

export function newMessageId(now = 1): MessageId {
  return messageId(now, randomBytes(16));
}

export class SigningKey {
  readonly publicKey: Bytes;
  readonly #private: KeyObject;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.publicKey = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
    this.#private = privateKey;
  }

  sign(message: Bytes): Bytes {
    return new Uint8Array(sign(null, message, this.#private));
  }

  id<Id extends DeviceId | IdentityId>(): Id {
    return hash('sha256', this.publicKey, 'hex').slice(0, 32) as Id;
  }
}

/** A device of somebody, with a credential and the keys that prove it. */
export class Device {
  readonly identity: SigningKey;
  readonly key = new SigningKey();
  readonly credential: Credential;
  readonly id: DeviceId;
  readonly identityId: IdentityId;

  constructor(
    nickname: string,
    identity = new SigningKey(),
    alter: (claims: Credential) => Credential = (c) => c,
  ) {
    this.identity = identity;
    const claims = {
      nickname: normaliseNickname(nickname),
      identityPub: identity.publicKey,
      devicePub: this.key.publicKey,
      hpkePub: randomBytes(XWING_PUB),
    };
    this.credential = alter({
      ...claims,
      signature: identity.sign(credentialBytes(claims)),
      deviceSignature: this.key.sign(deviceBytes(claims)),
    });
    this.id = this.key.id();
    this.identityId = identity.id();
  }

  /** The same device under another nickname. */
  renamed(nickname: string): Credential {
    const claims = { ...this.credential, nickname };
    return { ...claims, signature: this.identity.sign(credentialBytes(claims)) };
  }

  prove(challenge: Omit<Challenge, 'devicePub'>): Bytes {
    return this.key.sign(challengeBytes({ ...challenge, devicePub: this.key.publicKey }));
  }
}
