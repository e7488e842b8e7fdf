import type { ToSaver } from '../files/saver.ts';

/**
 * What a browser gives a service worker, as far as this one uses it. TypeScript's own declarations of a worker exclude those of a
 * page, and both are one program here.
 */
export interface WorkerScope {
  readonly location: Location;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
  addEventListener(type: 'message', listener: (event: Heard) => void): void;
}

interface Extendable {
  /** Keeps the worker running until then. */
  waitUntil(until: Promise<unknown>): void;
}

interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(response: Response): void;
}

interface Heard extends Extendable {
  readonly data: ToSaver;
  readonly ports: readonly MessagePort[];
}
