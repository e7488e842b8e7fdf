import {
  type AccountView,
  type Change,
  type ConnectionView,
  type ConversationView,
  defaultPreferences,
  type Failure,
  type PeopleView,
  type Preferences,
} from '@aurora/chat/view';
import { createContext } from 'svelte';
import type { EngineClient } from '../engine/client.ts';
import { Attention } from './attention.svelte.ts';
import { createChime } from './chime.ts';
import { Calendar } from './clock.svelte.ts';
import { forgetAll } from './local.ts';
import { Room } from './room.svelte.ts';
import { applyTheme } from './theme.ts';
import { Toasts } from './toasts.svelte.ts';

const NOT_KEPT = 'This browser refuses to store anything, so you are forgotten when the last tab closes.';

/** Where everything stands, as the engine told it. Components read it; only `apply` writes it. */
export class App {
  readonly engine: EngineClient;
  readonly toasts: Toasts = new Toasts();
  readonly calendar: Calendar = new Calendar();
  readonly attention: Attention = new Attention();
  account: AccountView = $state.raw({ status: 'loading' });
  connection: ConnectionView = $state.raw({ status: 'reconnecting', retryAt: null });
  conversations: readonly ConversationView[] = $state.raw([]);
  people: Readonly<Record<string, PeopleView>> = $state.raw({});
  typing: Readonly<Record<string, readonly string[]>> = $state.raw({});
  preferences: Preferences = $state.raw(defaultPreferences);
  /** The conversation in sight. */
  room: Room | null = $state.raw(null);
  readonly unread: number = $derived(this.conversations.reduce((sum, { unread }) => sum + unread, 0));
  readonly conversation: ConversationView | undefined = $derived(
    this.conversations.find(({ room }) => room === this.room?.id),
  );
  /** Counts what should make the aurora flow for a while: coming in, sending. */
  glow: number = $state(0);
  readonly #chime = createChime(document);

  constructor(engine: EngineClient) {
    this.engine = engine;
    engine.onChange((change) => this.apply(change));
  }

  /** Says a failure in a toast, for intents that have no better place for it. */
  readonly complain = (failure: Failure): void => this.toasts.show('error', failure);

  prefer(preferences: Partial<Preferences>): void {
    // Shown at once; the engine tells all tabs, this one too.
    this.#take({ ...this.preferences, ...preferences });
    this.engine.call('prefer', preferences).catch(this.complain);
  }

  async signOut(): Promise<void> {
    try {
      await this.engine.call('signOut', {});
    } catch (failure) {
      this.complain(failure as Failure);
    }
  }

  apply(change: Change): void {
    switch (change.type) {
      case 'account':
        // An engine that takes over from another tab's begins by loading; nobody left meanwhile.
        if (change.account.status === 'loading' && this.account.status === 'in') return;
        this.#enterOrLeave(change.account);
        return;
      case 'connection':
        this.connection = change.connection;
        return;
      case 'conversations':
        this.conversations = change.conversations;
        this.#open();
        return;
      case 'people':
        this.people = { ...this.people, [change.room]: change.people };
        return;
      case 'typing':
        this.typing = { ...this.typing, [change.room]: change.nicknames };
        return;
      case 'rows':
      case 'reset':
        this.room?.apply(change);
        return;
      case 'preferences':
        this.#take(change.preferences);
        return;
      case 'toast':
        this.toasts.show(change.level, change.failure);
        return;
      case 'ring':
        this.#chime.ring();
        return;
    }
  }

  #take(preferences: Preferences): void {
    this.preferences = preferences;
    applyTheme(preferences.theme);
  }

  #enterOrLeave(account: AccountView): void {
    const before = this.account;
    this.account = account;
    if (account.status === 'in') {
      if (before.status !== 'in') {
        this.glow += 1;
        if (!account.kept) this.toasts.show('warning', { message: NOT_KEPT });
      }
      this.#open();
      return;
    }
    if (before.status === 'in') forgetAll();
    this.room = null;
    this.people = {};
    this.typing = {};
  }

  /** Shows the first conversation once somebody is in and there is one. */
  #open(): void {
    const [first] = this.conversations;
    if (this.account.status !== 'in' || this.room || !first) return;
    this.room = new Room(first.room, this.engine, first.unread > 0 ? first.readTo : null);
    void this.room.latest();
  }
}

export const [getApp, setApp] = createContext<App>();
