/**
 * Stands in for Node's `crypto`, which the HPKE library asks for where there is no WebCrypto. Every browser that Aurora
 * runs in has it (state/support.ts).
 */
export const webcrypto: Crypto = globalThis.crypto;
