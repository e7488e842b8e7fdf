import type { Change, ConversationView, Failure } from '@aurora/chat/view';
import type { IdentityId, RoomId } from '@aurora/protocol';
import type { EngineClient } from '../engine/client.ts';
import type { Attention } from './attention.svelte.ts';
import { recallTab, rememberTab } from './local.ts';
import { Room } from './room.svelte.ts';
import { Visited } from './visited.ts';

/** A conversation on its way to the screen, in words: `Opening a private conversation with` and a name. */
export interface Opening {
  readonly words: string;
  readonly name: string | null;
}

/** The conversations of this person, those that have a tab, and the one in sight. */
export class Desk {
  conversations: readonly ConversationView[] = $state.raw([]);
  /** The conversation in sight. */
  room: Room | null = $state.raw(null);
  /** What will be in sight as soon as it is there. */
  opening: Opening | null = $state.raw(null);
  readonly tabs: readonly ConversationView[] = $derived(this.conversations.filter(({ shown }) => shown));
  readonly unread: number = $derived(this.conversations.reduce((sum, { unread }) => sum + unread, 0));
  readonly conversation: ConversationView | undefined = $derived(
    this.conversations.find(({ room }) => room === this.room?.id),
  );
  readonly lounge: RoomId | undefined = $derived(
    this.conversations.find(({ kind }) => kind === 'open')?.room,
  );
  readonly #engine: EngineClient;
  readonly #attention: Attention;
  readonly #complain: (failure: Failure) => void;
  readonly #visited = new Visited();
  #isIn = false;
  #awaited: RoomId | null = null;

  constructor(engine: EngineClient, attention: Attention, complain: (failure: Failure) => void) {
    this.#engine = engine;
    this.#attention = attention;
    this.#complain = complain;
  }

  /** Somebody is in: from now on there is always a conversation in sight. */
  enter(): void {
    this.#isIn = true;
    this.#settle([]);
  }

  /** Nobody is in any more. */
  clear(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    this.conversations = [];
    this.room = null;
    this.opening = null;
    this.#awaited = null;
    this.#visited.clear();
  }

  /** What the engine tells about a room that this page holds. */
  hear(change: Extract<Change, { type: 'rows' | 'reset' | 'panel' }>): void {
    const room = this.#visited.get(change.room);
    if (change.type !== 'panel') room?.apply(change);
    // A line that tells of somebody's coming or going tells that the panel has changed, too.
    const told =
      change.type === 'panel' ||
      (change.type === 'rows' && change.rows.some(({ kind }) => kind === 'change'));
    if (told) room?.panel.refresh();
  }

  take(conversations: readonly ConversationView[]): void {
    const before = this.tabs;
    this.conversations = conversations;
    this.#settle(before);
  }

  /** The room with its window and panel, if the person was there lately. */
  visited(id: RoomId): Room | undefined {
    return this.#visited.get(id);
  }

  directWith(identity: IdentityId): ConversationView | undefined {
    return this.tabs.find((one) => one.kind === 'direct' && one.peer.identity === identity);
  }

  /** Brings a tab into sight. Whatever was on its way there is no longer waited for. */
  select(id: RoomId): void {
    this.#awaited = null;
    this.opening = null;
    this.#see(id);
  }

  /** The tab before or after the one in sight, or the next with something unread. */
  step(by: 1 | -1, unread: boolean): void {
    const { tabs } = this;
    const here = tabs.findIndex(({ room }) => room === this.room?.id);
    for (let steps = 1; steps <= tabs.length; steps += 1) {
      const tab = tabs.at((here + by * steps) % tabs.length);
      if (!tab || (unread && tab.unread === 0)) continue;
      this.select(tab.room);
      return;
    }
  }

  /** Takes a conversation's tab; it stays, and is found again under "New conversation". */
  close(id: RoomId): void {
    // Shown at once; the engine tells all pages, this one too.
    this.take(this.#withShown(id, false));
    this.#engine.call('show', { room: id, shown: false }).catch((failure: Failure) => {
      this.take(this.#withShown(id, true));
      this.#complain(failure);
    });
  }

  /** Brings a conversation into sight, with a tab if it has none. */
  show(id: RoomId): void {
    if (!this.tabs.some(({ room }) => room === id)) {
      this.take(this.#withShown(id, true));
      this.#engine.call('show', { room: id, shown: true }).catch(this.#complain);
    }
    this.select(id);
  }

  /** Shows that a conversation is coming, and brings it into sight unless the person goes elsewhere meanwhile. */
  async expect(opening: Opening, asked: Promise<{ room: RoomId }>): Promise<void> {
    this.opening = opening;
    try {
      const { room } = await asked;
      if (this.opening !== opening) return;
      this.#awaited = room;
      this.#arrive();
    } catch (failure) {
      if (this.opening === opening) this.opening = null;
      this.#complain(failure as Failure);
    }
  }

  #see(id: RoomId): void {
    const conversation = this.conversations.find(({ room }) => room === id);
    if (this.room?.id === id || !conversation) return;
    this.room?.rest();
    const room = this.#visited.visit(id, () => {
      const fresh = new Room(id, this.#engine, conversation.unread > 0 ? conversation.readTo : null);
      void fresh.latest();
      return fresh;
    });
    room.wake();
    if (this.#attention.here) room.cameBack();
    this.room = room;
    rememberTab(id);
  }

  #withShown(id: RoomId, shown: boolean): readonly ConversationView[] {
    return this.conversations.map((one) => (one.room === id ? { ...one, shown } : one));
  }

  /** In sight is what was asked for, or what was there, or its neighbour, or the first. */
  #settle(before: readonly ConversationView[]): void {
    if (!this.#isIn) return;
    const { tabs } = this;
    const stands = (id: string | null | undefined): boolean => tabs.some(({ room }) => room === id);
    if (!this.room) {
      const kept = tabs.find(({ room }) => room === recallTab()) ?? tabs[0];
      if (kept) this.#see(kept.room);
    } else if (!stands(this.room.id)) {
      const place = before.findIndex(({ room }) => room === this.room?.id);
      const around = [...before.slice(place + 1), ...before.slice(0, Math.max(0, place)).reverse()];
      const next = around.find(({ room }) => stands(room)) ?? tabs[0];
      if (next) this.#see(next.room);
    }
    this.#arrive();
  }

  #arrive(): void {
    const awaited = this.#awaited;
    if (awaited && this.tabs.some(({ room }) => room === awaited)) this.select(awaited);
  }
}
