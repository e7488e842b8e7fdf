/**
 * What a device keeps. `keys` holds platform objects (CryptoKeys); all other stores hold CBOR values, which an adapter
 * seals at rest.
 */
export const stores = [
  'keys',
  'account',
  'contacts',
  'conversations',
  'credentials',
  'drafts',
  'outbox',
  'packages',
  'rooms',
  'rows',
  'transfers',
] as const;
export type Store = (typeof stores)[number];

export type VaultChange =
  | { readonly put: Store; readonly key: string; readonly value: unknown }
  | { readonly drop: Store; readonly key: string };

export interface Range {
  /** First and last key, both included. */
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly newestFirst: boolean;
}

export interface Vault {
  /** False when everything is forgotten with the last tab. */
  readonly kept: boolean;
  /** The value last put under a key, or undefined. */
  read(store: Store, key: string): Promise<unknown>;
  /** Values in order of their keys. */
  range(store: Store, range: Range): Promise<unknown[]>;
  /** All changes or, when it throws, none. */
  commit(changes: readonly VaultChange[]): Promise<void>;
  /** Forgets everything, for good. */
  wipe(): Promise<void>;
}
