import type { BlobId, IdentityId, Millis, RoomId } from '@aurora/protocol';

/** What the relay knows of a sealed file. It knows no name. */
export interface BlobRecord {
  readonly blob: BlobId;
  readonly room: RoomId;
  readonly owner: IdentityId;
  /** Sealed bytes in all. */
  readonly size: number;
  readonly created: Millis;
  /** Whether all of it is there. */
  readonly whole: boolean;
  /** Whether a message names it. */
  readonly named: boolean;
}

export interface NewBlob extends Pick<BlobRecord, 'blob' | 'room' | 'owner' | 'size' | 'created'> {
  /** The most that the owner's files may take, this one among them. */
  readonly quota: number;
}

export type OpenedBlob =
  /** New, or the owner's same one. */
  | { readonly status: 'open'; readonly record: BlobRecord }
  /** The id stands for another blob, or for one that was given up. */
  | { readonly status: 'taken' }
  | { readonly status: 'quota_used' }
  /** The owner has signed out. */
  | { readonly status: 'gone' };

/** Which blobs are to go: one that its owner takes back, or those from before some moments. */
export type Condemned =
  | { readonly type: 'own'; readonly blob: BlobId; readonly owner: IdentityId }
  | {
      readonly type: 'stale';
      /** Not whole since then, whole and named by no message since then, and any since then. */
      readonly unfinished: Millis;
      readonly unnamed: Millis;
      readonly any: Millis;
      readonly limit: number;
    };

/**
 * What is known of sealed files. A blob goes in two steps, condemned and then, once its bytes are gone, forgotten, so that a relay that
 * is killed in between finds it again. Messages name blobs by `Log.append`. All verbs that write are durable before they resolve.
 */
export interface BlobRecords {
  /** Makes a record, or finds the owner's same one. */
  open(blob: NewBlob): Promise<OpenedBlob>;
  /** Undefined when there is none, or it is condemned. */
  find(blob: BlobId): Promise<BlobRecord | undefined>;
  /** Notes that all of it is there; false when it is condemned, or never was. */
  complete(blob: BlobId): Promise<boolean>;
  /** Condemns some, which count for no quota from then on; answers them, of stale ones at most `limit` and also those from before. */
  condemn(which: Condemned): Promise<readonly BlobId[]>;
  /** Forgets condemned ones whose bytes are gone. */
  forget(blobs: readonly BlobId[]): Promise<void>;
}
