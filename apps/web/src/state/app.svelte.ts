import {
  type AccountView,
  type Change,
  type ConnectionView,
  defaultPreferences,
  type Failure,
  type FilePlace,
  type PeopleView,
  type Preferences,
} from '@aurora/chat/view';
import type { DeviceId, IdentityId } from '@aurora/protocol';
import { createContext } from 'svelte';
import type { EngineClient } from '../engine/client.ts';
import type { Invite } from '../text/invite.ts';
import { Attention } from './attention.svelte.ts';
import { createChime } from './chime.ts';
import { Calendar } from './clock.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { Dialogs } from './dialogs.svelte.ts';
import { takeInvite } from './invitation.ts';
import { PART_MISSING } from './lazy.svelte.ts';
import { forgetAll } from './local.ts';
import { applyTheme } from './theme.ts';
import { Toasts } from './toasts.svelte.ts';
import { Transfers } from './transfers.svelte.ts';

const NOT_KEPT = 'This browser refuses to store anything, so you are forgotten when the last tab closes.';
const BAD_LINK = 'That invite link is damaged or incomplete. Ask for it again.';

/** Somebody to write to. `device` is null when only a private room's panel names them. */
export interface Person {
  readonly identity: IdentityId;
  readonly device: DeviceId;
  readonly nickname: string;
}

/** Where everything stands, as the engine told it. Components read it; only `apply` writes it. */
export class App {
  readonly engine: EngineClient;
  readonly toasts: Toasts = new Toasts();
  readonly calendar: Calendar = new Calendar();
  readonly attention: Attention = new Attention();
  readonly dialogs: Dialogs = new Dialogs();
  readonly desk: Desk;
  readonly transfers: Transfers = new Transfers((place) => void this.save(place));
  account: AccountView = $state.raw({ status: 'loading' });
  connection: ConnectionView = $state.raw({ status: 'reconnecting', retryAt: null });
  people: Readonly<Record<string, PeopleView>> = $state.raw({});
  typing: Readonly<Record<string, readonly string[]>> = $state.raw({});
  blocked: Extract<Change, { type: 'blocked' }>['blocked'] = $state.raw([]);
  preferences: Preferences = $state.raw(defaultPreferences);
  /** An invite link that brought somebody here who has not come in yet. */
  invite: Invite | 'malformed' | null = $state.raw(null);
  /** This person's nickname. */
  readonly me: string | null = $derived(this.account.status === 'in' ? this.account.nickname : null);
  /** Whom this person compared numbers with. */
  readonly verified: ReadonlySet<IdentityId> = $derived.by(() => {
    const peers = this.desk.conversations.flatMap((one) => (one.kind === 'direct' ? [one.peer] : []));
    return new Set(peers.filter(({ verified }) => verified).map(({ identity }) => identity));
  });
  /** Counts what should make the aurora flow for a while: coming in, sending. */
  glow: number = $state(0);
  readonly #chime = createChime(document);

  constructor(engine: EngineClient) {
    this.engine = engine;
    this.desk = new Desk(engine, this.attention, this.complain);
    engine.onChange((change) => this.apply(change));
    this.invited();
  }

  /** Says a failure in a toast, for intents that have no better place for it. */
  readonly complain = (failure: Failure): void => this.toasts.show('error', failure);

  prefer(preferences: Partial<Preferences>): void {
    // Shown at once; the engine tells all tabs, this one too.
    this.#take({ ...this.preferences, ...preferences });
    this.engine.call('prefer', preferences).catch(this.complain);
  }

  isBlocked(identity: IdentityId): boolean {
    return this.blocked.some((one) => one.identity === identity);
  }

  block(identity: IdentityId, nickname: string, blocked: boolean): void {
    this.engine.call('block', { identity, nickname, blocked }).catch(this.complain);
  }

  async signOut(): Promise<void> {
    try {
      await this.engine.call('signOut', {});
    } catch (failure) {
      this.complain(failure as Failure);
    }
  }

  /** Takes an invite out of the address bar, and follows it if somebody is in. */
  invited(): void {
    const invite = takeInvite();
    if (invite === null) return;
    this.invite = invite;
    if (this.account.status === 'in') this.#follow();
  }

  /** Opens the conversation with somebody: at once when it has a tab, and else with words until it has. */
  message({ identity, device, nickname }: Person): void {
    const asked = this.engine.call('message', { identity, device, nickname });
    const known = this.desk.directWith(identity);
    if (known) {
      this.desk.select(known.room);
      asked.catch(() => undefined);
    } else void this.desk.expect({ words: 'Opening a private conversation with', name: nickname }, asked);
  }

  /** Knocks at a room with an invite. */
  join({ room, secret }: Invite): void {
    const asked = this.engine.call('joinByLink', { room, secret }).then(() => ({ room }));
    void this.desk.expect({ words: 'Knocking at the door', name: null }, asked);
  }

  /** Saves a held file through the browser's downloads. */
  async save(place: FilePlace): Promise<void> {
    try {
      const { save } = await import('../files/save.ts');
      await save(this.engine, place);
    } catch (failure) {
      this.complain(failure instanceof Error ? PART_MISSING : (failure as Failure));
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
        this.desk.take(change.conversations);
        return;
      case 'people':
        this.people = { ...this.people, [change.room]: change.people };
        return;
      case 'typing':
        this.typing = { ...this.typing, [change.room]: change.nicknames };
        return;
      case 'rows':
        this.transfers.replace(change.room, change.rows, change.removed);
        this.desk.hear(change);
        return;
      case 'reset':
        this.transfers.reset(change.room);
        this.desk.hear(change);
        return;
      case 'panel':
        this.desk.hear(change);
        return;
      case 'transfer':
        this.transfers.hear(change);
        return;
      case 'blocked':
        this.blocked = change.blocked;
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
      this.desk.enter();
      if (before.status === 'in') return;
      this.glow += 1;
      if (!account.kept) this.toasts.show('warning', { message: NOT_KEPT });
      // Of a broken link the login card told already.
      if (before.status === 'none' && this.invite === 'malformed') this.invite = null;
      this.#follow();
      return;
    }
    if (before.status === 'in') forgetAll();
    this.desk.clear();
    this.transfers.clear();
    this.dialogs.dismiss();
    this.people = {};
    this.typing = {};
  }

  #follow(): void {
    const { invite } = this;
    this.invite = null;
    if (invite === 'malformed') this.complain({ code: 'link_malformed', message: BAD_LINK });
    else if (invite) this.join(invite);
  }
}

export const [getApp, setApp] = createContext<App>();
