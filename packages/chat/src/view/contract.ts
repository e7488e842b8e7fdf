import type { HistoryPolicy } from '@aurora/crypto';
import type { BlobId, Bytes, DeviceId, IdentityId, MessageId, Millis, RoomId } from '@aurora/protocol';

export type { HistoryPolicy };

/**
 * What the engine (a worker: sockets, crypto, storage) and a page say to each other. The page sends intents, each
 * answered once; the engine tells changes. Everything here survives structured clone.
 */

/** A failure in words: what happened, and what to do next. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Milliseconds after which trying again may help. */
  readonly retryAfter?: number;
  /** A free nickname, beside `nickname_taken`. */
  readonly suggestion?: string;
}

export type AccountView =
  | { readonly status: 'loading' }
  /** Nobody is signed in on this browser. */
  | { readonly status: 'none' }
  | {
      readonly status: 'in';
      readonly nickname: string;
      readonly identity: IdentityId;
      /** False when the browser refuses storage: everything is forgotten when the last tab closes. */
      readonly kept: boolean;
    };

export type ConnectionView =
  | { readonly status: 'connected' }
  /** Trying, or waiting to try again at `retryAt` (the page's clock). */
  | { readonly status: 'reconnecting'; readonly retryAt: Millis | null }
  /** The device has no network, or the relay said to stop: then `failure` says why and what to do. */
  | { readonly status: 'offline'; readonly failure: Failure | null };

/** How a private conversation stands on this device. Everything but `ready` and `waiting` is said to the person. */
export type Standing =
  /** One can read and write. */
  | { readonly status: 'ready' }
  /** The keys are on their way: a moment's matter while somebody who has them is here. */
  | { readonly status: 'waiting' }
  /** This device knocked with an invite and waits to be let in, perhaps `again`; `failure` says why it was turned down. */
  | { readonly status: 'knocking'; readonly failure: Failure | null; readonly again: boolean }
  /** This device lost the keys and asks somebody who is in the room to let it in again. */
  | { readonly status: 'lost' }
  /** One left, or was removed; what was said before stays readable. */
  | { readonly status: 'left' }
  | { readonly status: 'removed' };

/** The other person of a direct conversation. */
export interface PeerView {
  readonly identity: IdentityId;
  readonly nickname: string;
  /** Whether this person compared safety numbers with them. */
  readonly verified: boolean;
  /** Somebody else went by this nickname before: shown plainly, and writing is blocked while `blocking`. */
  readonly changed: { readonly blocking: boolean } | null;
  /** They signed out for good: nobody will read what is written now. */
  readonly gone: boolean;
}

interface AnyConversationView {
  readonly room: RoomId;
  readonly title: string;
  readonly unread: number;
  /** Position of the newest row that was read, for the unread divider. */
  readonly readTo: Position;
  /** Whether this device can read and write now; `waiting` means that the room's key has not come yet. */
  readonly keys: 'ready' | 'waiting';
  /** A lasting doubt about the room's history, such as a fork that another member's chain exposed. */
  readonly warning: Failure | null;
  /** Whether it has a tab. Closed conversations stay, and come back when opened or when somebody writes. */
  readonly shown: boolean;
}

export type ConversationView = AnyConversationView &
  (
    | { readonly kind: 'open' }
    | { readonly kind: 'direct'; readonly peer: PeerView; readonly standing: Standing }
    | {
        readonly kind: 'private';
        readonly standing: Standing;
        /** How many people are in it. */
        readonly members: number;
        /** Whether this person may rename it, remove people, and make or revoke its link. */
        readonly admin: boolean;
        readonly history: HistoryPolicy;
      }
  );

/** Somebody who is in a private room, here or not. */
export interface MemberView {
  readonly identity: IdentityId;
  readonly device: DeviceId;
  readonly nickname: string;
  readonly admin: boolean;
  readonly me: boolean;
  readonly online: boolean;
  readonly verified: boolean;
}

export interface RoomPanelView {
  readonly members: readonly MemberView[];
  /** The secret of the invite link that holds now; null when there is none. `/#join/<room>.<secret>`. */
  readonly link: string | null;
}

/** What two people compare to know that nobody is between them. */
export interface SafetyView {
  readonly identity: IdentityId;
  readonly nickname: string;
  /** 60 digits in 12 groups of five; both see the same. */
  readonly digits: string;
  /** What this device's QR code says. */
  readonly code: string;
  readonly verified: boolean;
}

export interface PersonView {
  readonly identity: IdentityId;
  readonly device: DeviceId;
  readonly nickname: string;
  readonly since: Millis;
  readonly me: boolean;
}

export interface PeopleView {
  readonly count: number;
  /** Those present by nickname; complete unless there are more than the relay names. */
  readonly people: readonly PersonView[];
  readonly more: boolean;
}

/** Where a row stands: by seq, then by order within it. Rows that are not in the log yet come last. */
export type Position = readonly [seq: number, minor: number];
export const FIRST: Position = [0, 0];
export const PENDING_SEQ: number = Number.MAX_SAFE_INTEGER;

export function comparePositions(a: Position, b: Position): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** The key of a row in the view, for ever: that of one's own message is its MessageId. */
export type RowId = string;

export type DeliveryState =
  | { readonly status: 'pending' }
  /** Durable at the server. */
  | { readonly status: 'sent' }
  /** On a device of everybody it is for. */
  | { readonly status: 'delivered' }
  /** Looked at by everybody it is for. */
  | { readonly status: 'seen' }
  | { readonly status: 'failed'; readonly failure: Failure };

/** How the bytes of a file stand on this device. `done` and `total` are bytes of the file, about. */
export type TransferView =
  /** Kept at the server; nobody asked for it on this device. */
  | { readonly status: 'offered' }
  /** This person wants none of it, and may think again. */
  | { readonly status: 'rejected' }
  /** One's own, being read and sealed. */
  | { readonly status: 'preparing'; readonly done: number; readonly total: number }
  | {
      readonly status: 'moving';
      readonly done: number;
      readonly total: number;
      /** Bytes a second, and milliseconds until the end; null while they cannot be told. */
      readonly speed: number | null;
      readonly left: number | null;
    }
  /** Goes on by itself: after others, or when the line is back; `failure` says what it waits for, if there is anything to say. */
  | {
      readonly status: 'waiting';
      readonly done: number;
      readonly total: number;
      readonly failure: Failure | null;
    }
  | { readonly status: 'paused'; readonly done: number; readonly total: number }
  /** Whole and proven on this device: it can be saved and played. */
  | { readonly status: 'held' }
  /** It did not work; `again` says whether trying again may. */
  | { readonly status: 'failed'; readonly failure: Failure; readonly again: boolean };

export interface PreviewView {
  /** Of the picture itself, in pixels, as its sender says. */
  readonly width: number;
  readonly height: number;
  /** A small likeness: WebP, JPEG or PNG, as its sender says. */
  readonly image: Bytes;
}

/** A file of a message. Everything but `transfer` is its sender's word, the name cleaned. */
export interface FileView {
  /** Names it among the files of its message. */
  readonly blob: BlobId;
  readonly name: string;
  /** Media type, perhaps empty. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly preview: PreviewView | null;
  /** How long it plays, in milliseconds. */
  readonly duration: number | null;
  /** Spoken for this conversation. */
  readonly voice: boolean;
  readonly transfer: TransferView;
}

/** A file that a person chose to send. */
export interface OutgoingFile {
  /** Its bytes, which are read once. */
  readonly content: Blob;
  readonly name: string;
  readonly type: string;
  readonly preview: PreviewView | null;
  readonly duration: number | null;
  readonly voice: boolean;
}

/** Names a file: the row of its message, where that stands, and the file in it. */
export interface FilePlace {
  readonly room: RoomId;
  readonly id: RowId;
  readonly position: Position;
  readonly blob: BlobId;
}

export interface MessageRow {
  readonly kind: 'message';
  readonly id: RowId;
  readonly position: Position;
  readonly at: Millis;
  readonly author: Invitee & { readonly device: DeviceId };
  readonly mine: boolean;
  /** The words; beside files there may be none. */
  readonly text: string;
  readonly files: readonly FileView[];
  readonly delivery: DeliveryState;
}

/** Who came or went; `more` counts those not named. */
export interface PresenceRow {
  readonly kind: 'presence';
  readonly id: RowId;
  readonly position: Position;
  readonly at: Millis;
  readonly joined: readonly string[];
  readonly joinedMore: number;
  readonly left: readonly string[];
  readonly leftMore: number;
}

/**
 * A member let newcomers in, as the log proves: from here on they can read. Unlike presence this is nobody's word. `more`
 * counts those not named, among them devices whose name the server does not tell.
 */
export interface AdmissionRow {
  readonly kind: 'admission';
  readonly id: RowId;
  readonly position: Position;
  readonly at: Millis;
  readonly by: string;
  readonly names: readonly string[];
  readonly more: number;
}

/** What changed in a private room, as its members' signed entries prove it. */
export interface ChangeRow {
  readonly kind: 'change';
  readonly id: RowId;
  readonly position: Position;
  readonly at: Millis;
  readonly by: string;
  readonly mine: boolean;
  readonly change:
    | { readonly type: 'created' }
    | { readonly type: 'added' | 'removed'; readonly names: readonly string[] }
    | { readonly type: 'left' }
    /** Devices that had lost their keys were let in again. */
    | { readonly type: 'readmitted'; readonly names: readonly string[] }
    | { readonly type: 'titled'; readonly title: string }
    | { readonly type: 'linked' | 'unlinked' }
    | { readonly type: 'admins'; readonly made: readonly string[]; readonly unmade: readonly string[] };
}

/** Messages that this device has no key for: from before it came. They turn into message rows if a key comes. */
export interface SealedRow {
  readonly kind: 'sealed';
  readonly id: RowId;
  readonly position: Position;
  readonly at: Millis;
  readonly reason: 'before_you_came' | 'waiting_for_key';
}

/** An entry that this device refused to believe, or a doubt about the history: why, in words. */
export interface WarningRow {
  readonly kind: 'warning';
  readonly id: RowId;
  readonly position: Position;
  readonly at: Millis;
  readonly failure: Failure;
}

export type Row = MessageRow | PresenceRow | AdmissionRow | ChangeRow | SealedRow | WarningRow;

export interface RowPage {
  readonly rows: readonly Row[];
  readonly moreBefore: boolean;
  readonly moreAfter: boolean;
}

export interface Preferences {
  readonly sounds: boolean;
  readonly theme: 'system' | 'dark' | 'light';
  /** Whether others are told what this person has seen; without it one is not told either. */
  readonly seen: boolean;
  /** The same for typing. */
  readonly typing: boolean;
  /** Whether small pictures from people one talks with are fetched and shown at once. */
  readonly pictures: boolean;
}
export const defaultPreferences: Preferences = {
  sounds: true,
  theme: 'system',
  seen: true,
  typing: true,
  pictures: true,
};

/** What a page can ask: the arguments and the answer of each intent. A refusal is a Failure. */
export interface Intents {
  /** Makes an identity with this nickname and enters; refused with `nickname_taken` and a suggestion. */
  enter: { args: { nickname: string }; answer: null };
  /** Frees the nickname and wipes everything on this browser, also when the relay cannot be reached. */
  signOut: { args: Record<never, never>; answer: null };
  /** Shows the message at once as pending and sends it when it can. */
  send: { args: { room: RoomId; text: string }; answer: { id: MessageId } };
  /**
   * Shows the message at once, seals and uploads its files, and sends it when all of them are there. Refused with `empty` without
   * files, `too_many` and `too_large` for a caption too long.
   */
  sendFiles: {
    args: { room: RoomId; text: string; files: readonly OutgoingFile[] };
    answer: { id: MessageId };
  };
  /** Fetches a file and proves it; again after a failure, a rejection, or when it was saved and let go. */
  acceptFile: { args: FilePlace; answer: null };
  /** Folds the card, or unfolds it. */
  rejectFile: { args: FilePlace & { rejected: boolean }; answer: null };
  /** Stops a transfer for now, lets it go on, or gives it up: a file that is given up is not sent. */
  steerFile: { args: FilePlace & { to: 'pause' | 'resume' | 'cancel' }; answer: null };
  /** Begins to read a held file. Refused with `file_gone` when it is not held any more. */
  openFile: { args: FilePlace; answer: { reader: number; name: string; type: string; size: number } };
  /** The next bytes, and null after the last; then, and when it is not asked for a minute, the reader ends. */
  readFile: { args: { reader: number }; answer: { bytes: Bytes | null } };
  closeFile: { args: { reader: number }; answer: null };
  /** Tries a failed message again. */
  retry: { args: { room: RoomId; id: RowId }; answer: null };
  /** Drops a failed message. */
  discard: { args: { room: RoomId; id: RowId }; answer: null };
  /** Tells that the person types, at each keystroke; the engine spaces the signals out. */
  typing: { args: { room: RoomId; typing: boolean }; answer: null };
  /** A page of rows: the newest, or those on one side of a position. Reads from the relay what is not here yet. */
  page: {
    args: { room: RoomId; side: 'latest' | 'before' | 'after'; position: Position; limit: number };
    answer: RowPage;
  };
  /** Those present whose nickname contains `search`, by nickname. */
  people: { args: { room: RoomId; search: string; after: IdentityId | null }; answer: PeopleView };
  /** Which conversation this tab shows and whether its window has the focus. */
  look: { args: { room: RoomId | null; focused: boolean }; answer: null };
  /** Everything up to this position has been seen. */
  read: { args: { room: RoomId; position: Position }; answer: null };
  prefer: { args: Partial<Preferences>; answer: null };
  /** The text kept in a conversation's composer across reloads. */
  draft: { args: { room: RoomId; text: string }; answer: null };
  drafts: { args: Record<never, never>; answer: { room: RoomId; text: string }[] };
  /** Opens the conversation with somebody, making it if need be, and gives it a tab. */
  message: { args: { identity: IdentityId; device: DeviceId; nickname: string }; answer: { room: RoomId } };
  /** Gives a conversation its tab back, or takes it; the conversation and its history stay. */
  show: { args: { room: RoomId; shown: boolean }; answer: null };
  /** Makes a private room with these people in it. */
  createRoom: {
    args: { title: string; history: HistoryPolicy; people: readonly Invitee[] };
    answer: { room: RoomId };
  };
  /** Knocks at a room with an invite's secret; its conversation says how it goes. */
  joinByLink: { args: { room: RoomId; secret: string }; answer: null };
  panel: { args: { room: RoomId }; answer: RoomPanelView };
  rename: { args: { room: RoomId; title: string }; answer: null };
  invite: { args: { room: RoomId; people: readonly Invitee[] }; answer: null };
  remove: { args: { room: RoomId; identity: IdentityId }; answer: null };
  appoint: { args: { room: RoomId; identity: IdentityId; admin: boolean }; answer: null };
  /** Makes a new invite link, which ends the one before it, or only ends it. */
  relink: { args: { room: RoomId; link: boolean }; answer: { link: string | null } };
  /** Leaves a private room, or forgets a knock or a room that one is no longer in. */
  leave: { args: { room: RoomId }; answer: null };
  /** What to compare with somebody one shares a room with. */
  safety: { args: { identity: IdentityId; device: DeviceId | null }; answer: SafetyView };
  /** Takes the other's QR code, or their word, for a proof; refused with `code_differs` when the code is another's. */
  verify: {
    args: { identity: IdentityId; how: { type: 'code'; code: string } | { type: 'compared' | 'undo' } };
    answer: null;
  };
  /** Goes on with whoever has a nickname now that a known person had before. */
  acceptChange: { args: { identity: IdentityId }; answer: null };
  block: { args: { identity: IdentityId; nickname: string; blocked: boolean }; answer: null };
  /** Tries to connect at once instead of waiting. */
  reconnect: { args: Record<never, never>; answer: null };
}
export type IntentName = keyof Intents;

/** Somebody to let into a room. */
export interface Invitee {
  readonly identity: IdentityId;
  readonly nickname: string;
}

/** What the engine tells. A page that attaches is first told where everything stands. */
export type Change =
  | { readonly type: 'account'; readonly account: AccountView }
  | { readonly type: 'connection'; readonly connection: ConnectionView }
  | { readonly type: 'conversations'; readonly conversations: readonly ConversationView[] }
  | { readonly type: 'people'; readonly room: RoomId; readonly people: PeopleView }
  /** Nicknames of others who type now. */
  | { readonly type: 'typing'; readonly room: RoomId; readonly nicknames: readonly string[] }
  /** Rows that are new or changed, and ids of rows that are gone. */
  | {
      readonly type: 'rows';
      readonly room: RoomId;
      readonly rows: readonly Row[];
      readonly removed: readonly RowId[];
    }
  /** A file's bytes stand otherwise than before. */
  | {
      readonly type: 'transfer';
      readonly room: RoomId;
      readonly id: RowId;
      readonly blob: BlobId;
      readonly transfer: TransferView;
    }
  /** Forget the rows of this room and page again: the history was told anew. */
  | { readonly type: 'reset'; readonly room: RoomId }
  /** The panel of this room, or who is in it, has changed: ask again if it is open. */
  | { readonly type: 'panel'; readonly room: RoomId }
  /** Whom this person blocked, and only this device knows. */
  | {
      readonly type: 'blocked';
      readonly blocked: readonly { readonly identity: IdentityId; readonly nickname: string }[];
    }
  | { readonly type: 'preferences'; readonly preferences: Preferences }
  /** Something the person should know now: a toast. */
  | {
      readonly type: 'toast';
      readonly level: 'info' | 'warning' | 'error';
      readonly failure: Failure;
    }
  /** A new message of somebody else came in; sent to one tab only, and only if sounds are on. */
  | { readonly type: 'ring'; readonly room: RoomId };

/** A page's words to the engine, over any message port. */
export type FromPage =
  | {
      [Name in IntentName]: {
        readonly type: 'intent';
        readonly call: number;
        readonly name: Name;
        readonly args: Intents[Name]['args'];
      };
    }[IntentName]
  /** The page is going away. */
  | { readonly type: 'detach' };

/** The engine's words to a page. */
export type FromEngine =
  | { readonly type: 'answer'; readonly call: number; readonly answer: unknown }
  | { readonly type: 'refusal'; readonly call: number; readonly failure: Failure }
  | { readonly type: 'change'; readonly change: Change };
