import engineUrl from './worker.ts?sharedworker&url';

/** The engine's script, and that of the service worker which saves files. */
export const ENGINE_URL: string = engineUrl;
export const SAVER_URL = '/sw.js';

interface WorkerUrlPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: WorkerUrlPolicy): WorkerUrlPolicy;
}

const rules: WorkerUrlPolicy = {
  createScriptURL(url) {
    if (url !== ENGINE_URL && url !== SAVER_URL) throw new TypeError('Not the address of a worker');
    return url;
  },
};

let policy: WorkerUrlPolicy | undefined;

/** The only addresses that may become a script here; anything else is somebody else's doing. A browser takes the policy's name once. */
export function trusted(url: string): string {
  const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  policy ??= factory?.createPolicy('aurora-worker', rules) ?? rules;
  return policy.createScriptURL(url);
}
