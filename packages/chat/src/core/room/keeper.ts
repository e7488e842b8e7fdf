import type { Delivery, Event, Head, RoomId } from '@aurora/protocol';
import type { ConversationView } from '../../view/contract.ts';

/** What a relay tells about a room. */
export type RoomNews = Extract<Event, { room: RoomId }>;
/** News that concern who holds which key. */
export type KeyNews = Extract<RoomNews, { type: 'keys_requested' | 'knocked' }>;

type Own<View> = View extends { kind: unknown } ? Omit<View, keyof Shared> : never;
type Shared = Omit<Extract<ConversationView, { kind: 'open' }>, 'kind' | 'title'>;
/** What sorts of conversation differ in. */
export type Facet = Own<ConversationView>;

/**
 * Who keeps a room's keys on this device: gets them, hands them out and changes them. Handlers record facts; `decide` acts on
 * them. Runs in the room's turn, one step at a time.
 */
export interface Keeper {
  /** What the view says of this sort of room alone. */
  readonly facet: Facet;
  /** Whether what this person writes may go out: false while a change of keys has to go first. */
  readonly open: boolean;
  /** Whether this person may name the room and make its link. */
  readonly mayArrange: boolean;
  /** Comes into the room; null while this device can follow nothing of its log yet. */
  enter(): Promise<Head | null>;
  decide(): Promise<void>;
  /** The session ended, and with it what was said and asked on it. */
  lost(): void;
  /** A change of keys or members by somebody else stands in the log, and was believed. */
  sawLife(): void;
  /** A message is about to go out; whether that is a reason to decide. */
  aboutToSend(): boolean;
  heard(news: KeyNews): Promise<void>;
  /** Something from the mailbox; afterwards it may be collected. */
  delivered(delivery: Delivery): Promise<void>;
}
