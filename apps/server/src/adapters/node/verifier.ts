import { createPublicKey, verify } from 'node:crypto';
import type { Verifier } from '../../ports/verifier.ts';

/** What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Signatures are checked on the thread pool, so that a storm of newcomers does not hold up the messages. */
export const nodeVerifier: Verifier = {
  verify(publicKey, message, signature) {
    return new Promise((resolve) => {
      try {
        const der = Buffer.concat([DER_PREFIX, publicKey]);
        const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
        verify(null, message, key, signature, (error, valid) => resolve(error === null && valid));
      } catch {
        resolve(false);
      }
    });
  },
};
