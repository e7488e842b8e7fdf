import type { FilePlace } from '@aurora/chat/view';
import type { EngineClient } from '../engine/client.ts';
import { saveByWorker, startSaver } from './by-worker.ts';
import { saveInMemory } from './in-memory.ts';
import { read } from './reading.ts';

/** Saves a held file where the browser saves what is downloaded; rejects with a Failure. */
export async function save(engine: EngineClient, place: FilePlace): Promise<void> {
  const worker = await startSaver();
  if (worker !== null && (await saveByWorker(worker, await read(engine, place)))) return;
  await saveInMemory(await read(engine, place));
}
