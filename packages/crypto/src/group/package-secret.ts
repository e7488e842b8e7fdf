import { type Bytes, bytes, decode, encode, record } from '@aurora/protocol';
import type { PrivateKeyPackage } from 'ts-mls';
import { NO_SIGNING_KEY } from './suite.ts';

const KEY = bytes(1, 64);
const shape = record({ init: KEY, leaf: KEY });

/** The two private keys of a key package; the signing key stays with the platform. */
export function encodeSecret({ initPrivateKey, hpkePrivateKey }: PrivateKeyPackage): Bytes {
  return encode(shape, { init: new Uint8Array(initPrivateKey), leaf: new Uint8Array(hpkePrivateKey) });
}

/** Throws CodecError. */
export function decodeSecret(encoded: Bytes): PrivateKeyPackage {
  const { init, leaf } = decode(shape, encoded);
  return { initPrivateKey: init, hpkePrivateKey: leaf, signaturePrivateKey: NO_SIGNING_KEY };
}
