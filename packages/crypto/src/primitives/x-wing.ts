import { Aes256Gcm, CipherSuite, HkdfSha512 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';

/** HPKE (RFC 9180), base mode: X-Wing (X25519 + ML-KEM-768), HKDF-SHA-512, AES-256-GCM. */
export const xWing = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha512(), aead: new Aes256Gcm() });
