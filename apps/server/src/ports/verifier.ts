import type { Bytes } from '@aurora/protocol';

export interface Verifier {
  /** Whether this is the Ed25519 signature (RFC 8032) of the key's owner over the message; never throws. */
  verify(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean>;
}
