/** Why Aurora cannot work here, or null. */
export type Hindrance = 'insecure' | 'old' | null;

export function hindrance(): Hindrance {
  // Browsers hide WebCrypto on plain http, because whoever alters the page could take the keys.
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) return 'insecure';
  const needed = ['Worker', 'MessageChannel', 'BroadcastChannel', 'WebSocket'];
  const enough = needed.every((name) => name in globalThis) && 'locks' in navigator && 'Segmenter' in Intl;
  return enough ? null : 'old';
}
