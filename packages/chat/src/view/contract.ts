import type { DeviceId, IdentityId, MessageId, Millis, RoomId } from '@aurora/protocol';

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

export interface ConversationView {
  readonly room: RoomId;
  readonly kind: 'open';
  readonly title: string;
  readonly unread: number;
  /** Position of the newest row that was read, for the unread divider. */
  readonly readTo: Position;
  /** Whether this device can read and write now; `waiting` means that the room's key has not come yet. */
  readonly keys: 'ready' | 'waiting';
  /** A lasting doubt about the room's history, such as a fork that another member's chain exposed. */
  readonly warning: Failure | null;
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
  | { readonly status: 'sent' }
  | { readonly status: 'failed'; readonly failure: Failure };

export interface MessageRow {
  readonly kind: 'message';
  readonly id: RowId;
  readonly position: Position;
  readonly at: Millis;
  readonly author: { readonly identity: IdentityId; readonly nickname: string };
  readonly mine: boolean;
  readonly text: string;
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

export type Row = MessageRow | PresenceRow | AdmissionRow | SealedRow | WarningRow;

export interface RowPage {
  readonly rows: readonly Row[];
  readonly moreBefore: boolean;
  readonly moreAfter: boolean;
}

export interface Preferences {
  readonly sounds: boolean;
  readonly theme: 'system' | 'dark' | 'light';
}
export const defaultPreferences: Preferences = { sounds: true, theme: 'system' };

/** What a page can ask: the arguments and the answer of each intent. A refusal is a Failure. */
export interface Intents {
  /** Makes an identity with this nickname and enters; refused with `nickname_taken` and a suggestion. */
  enter: { args: { nickname: string }; answer: null };
  /** Frees the nickname and wipes everything on this browser, also when the relay cannot be reached. */
  signOut: { args: Record<never, never>; answer: null };
  /** Shows the message at once as pending and sends it when it can. */
  send: { args: { room: RoomId; text: string }; answer: { id: MessageId } };
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
  /** Tries to connect at once instead of waiting. */
  reconnect: { args: Record<never, never>; answer: null };
}
export type IntentName = keyof Intents;

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
  /** Forget the rows of this room and page again: the history was told anew. */
  | { readonly type: 'reset'; readonly room: RoomId }
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
