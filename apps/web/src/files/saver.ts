import type { Bytes } from '@aurora/protocol';

/** The only addresses that the service worker answers, and its scope: nothing else of the page passes through it. */
export const SAVED = '/saved/';

/** What a page says to the service worker. */
export type ToSaver =
  /** Answer the navigation to this token with bytes that come by the port sent along. */
  | { readonly type: 'save'; readonly token: string; readonly name: string; readonly size: number }
  /** A save is going on: a worker that hears nothing is ended by its browser. */
  | { readonly type: 'alive' };

/** What a page says by the port of one save. */
export type FromPage =
  | { readonly type: 'bytes'; readonly bytes: Bytes }
  | { readonly type: 'end' }
  /** It cannot go on, or goes away; the browser drops what it has of the file. */
  | { readonly type: 'stop' };

/** What the service worker says by it. */
export type FromSaver =
  /** The token is known; now its address can be opened. */
  | { readonly type: 'ready' }
  /** The next bytes, please: one answer each. */
  | { readonly type: 'pull' }
  /** Nobody wants the rest. */
  | { readonly type: 'cancel' };
