import type { Plugin } from 'vite';

const ID = '\0web-crypto';

/**
 * Answers the HPKE library's `import('crypto')`, made for a Node without WebCrypto, with the browser's own. Every browser
 * that Aurora runs in has it (src/state/support.ts), so this is never reached; it keeps Node's modules out of the bundle.
 */
export function webCrypto(): Plugin {
  return {
    name: 'aurora:web-crypto',
    enforce: 'pre',
    resolveId: (id) => (id === 'crypto' ? ID : undefined),
    load: (id) => (id === ID ? 'export const webcrypto = globalThis.crypto;' : undefined),
  };
}
