import { storageRefused } from '../state/local.ts';
import { ALONE, type EnginePort } from './port.ts';
import engineUrl from './worker.ts?sharedworker&url';

interface WorkerUrlPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: WorkerUrlPolicy): WorkerUrlPolicy;
}

/** The only address that may become a script here; anything else is somebody else's doing. */
function trustedEngineUrl(): string {
  const rules: WorkerUrlPolicy = {
    createScriptURL(url) {
      if (url !== engineUrl) throw new TypeError('Not the address of the engine');
      return url;
    },
  };
  const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  return (factory?.createPolicy('aurora-worker', rules) ?? rules).createScriptURL(engineUrl);
}

/**
 * Starts the engine off the main thread, or joins the one that other tabs already use. Where there is no SharedWorker,
 * a worker of this tab runs it or passes everything on to the tab that does (see worker.ts).
 */
export function startEngine(onBroken: () => void): EnginePort {
  const url = trustedEngineUrl();
  const alone = storageRefused();
  const options = { type: 'module', name: alone ? ALONE : 'aurora' } as const;
  if ('SharedWorker' in globalThis && !alone) {
    const worker = new SharedWorker(url, options);
    worker.addEventListener('error', onBroken);
    return worker.port;
  }
  const worker = new Worker(url, options);
  worker.addEventListener('error', onBroken);
  return worker;
}
