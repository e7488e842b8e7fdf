import { bytes, type Of, record, text } from '../codec/shape.ts';
import { limits } from '../limits.ts';

/** Bytes of an Ed25519 public key, of its signature, and of an X-Wing public key (draft-connolly-cfrg-xwing-kem). */
export const ED25519_PUB = 32;
export const ED25519_SIGNATURE = 64;
export const XWING_PUB = 1216;

/** Who a device says it is, signed by its identity and by the device. SPEC section 3. */
export const credentialShape = record({
  nickname: text(limits.nicknameBytes),
  identityPub: bytes(ED25519_PUB),
  devicePub: bytes(ED25519_PUB),
  hpkePub: bytes(XWING_PUB),
  signature: bytes(ED25519_SIGNATURE),
  deviceSignature: bytes(ED25519_SIGNATURE),
});
export type Credential = Of<typeof credentialShape>;
