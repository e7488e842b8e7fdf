import { storageRefused } from '../state/local.ts';
import { ENGINE_URL, trusted } from './addresses.ts';
import { ALONE, type EnginePort } from './port.ts';

/**
 * Starts the engine off the main thread, or joins the one that other tabs already use. Where there is no SharedWorker,
 * a worker of this tab runs it or passes everything on to the tab that does (see worker.ts).
 */
export function startEngine(onBroken: () => void): EnginePort {
  const url = trusted(ENGINE_URL);
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
