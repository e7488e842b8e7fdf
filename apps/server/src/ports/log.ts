import type {
  BlobId,
  Bytes,
  DeviceId,
  Entry,
  EntryKind,
  Epoch,
  Head,
  IdentityId,
  MessageId,
  Millis,
  RoomId,
  Seq,
} from '@aurora/protocol';

/** An entry before the log has given it a place. */
export interface Draft {
  readonly room: RoomId;
  readonly kind: EntryKind;
  readonly sender: DeviceId;
  /** Whose device that is. */
  readonly identity: IdentityId;
  readonly id: MessageId;
  readonly epoch: Epoch;
  readonly at: Millis;
  readonly frame: Bytes;
  /** The sealed files that the frame names; none when left out. */
  readonly blobs?: readonly BlobId[];
}

export type Appended =
  /** On disk. `at` is the draft's, or that of the entry before it where the clock went back. */
  | { readonly status: 'appended'; readonly seq: Seq; readonly at: Millis }
  /** The sender's same entry stands in the log already. */
  | { readonly status: 'duplicate'; readonly seq: Seq; readonly at: Millis }
  /** The sender's id stands for another room or frame. */
  | { readonly status: 'id_reused' }
  | { readonly status: 'stale_epoch'; readonly epoch: Epoch }
  | { readonly status: 'no_such_room' }
  /** It names a file that is not the sender's own, whole, and of this room. */
  | { readonly status: 'no_such_blob' }
  /** The room is not open to everybody, and the sender is not in it. */
  | { readonly status: 'not_a_member' }
  /** Nothing proves who the sender is: its credential went when its identity did. */
  | { readonly status: 'no_credential' };

export interface PageRequest {
  readonly room: RoomId;
  readonly side: 'after' | 'before';
  readonly seq: Seq;
  readonly limit: number;
  /** Leaves out messages. */
  readonly handshakes: boolean;
  /** Bytes of frames that a page does not pass, but for its first entry. */
  readonly bytes: number;
}

export interface Page {
  /** By rising seq, those nearest to the given one. */
  readonly entries: readonly Entry[];
  readonly more: boolean;
  /** As of the same moment as the entries. */
  readonly head: Head;
}

/** Every room's entries. All verbs reject with StorageError when the storage fails. */
export interface Log {
  /**
   * Adds an entry, durably before it resolves. Drafts take effect, and resolve, in the order of the calls.
   * Idempotency, then membership of a room that is not open, the comparison with the room's epoch, the files that it names, that the
   * sender has a credential, and the addition are one transaction, in which the files are noted as named.
   */
  append(draft: Draft): Promise<Appended>;
  /** A page of what is durable; undefined when there is no such room. */
  read(request: PageRequest): Promise<Page | undefined>;
  /** Where a room stands; undefined when there is no such room. */
  head(room: RoomId): Promise<Head | undefined>;
}
