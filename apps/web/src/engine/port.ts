import type { FromEngine, FromPage } from '@aurora/chat/view';

/** The engine moved to another tab's worker: what was asked of the old one will not be answered. */
export interface Moved {
  readonly type: 'moved';
}

/** The page's end of the line to the engine: a MessagePort of a SharedWorker, or a dedicated Worker. */
export interface EnginePort {
  postMessage(message: FromPage): void;
  onmessage: ((event: MessageEvent<FromEngine | Moved>) => void) | null;
}

/** Name of a worker whose tab shares nothing with others, because the browser refuses storage. */
export const ALONE = 'aurora-alone';
