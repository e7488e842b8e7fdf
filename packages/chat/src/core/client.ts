import { createDevice, type Device, type HistoryPolicy } from '@aurora/crypto';
import {
  type Delivery,
  LOUNGE,
  limits,
  type MessageId,
  type NicknameFault,
  nicknameFault,
  normaliseNickname,
  type RoomId,
} from '@aurora/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Network, Sockets } from '../ports/socket.ts';
import type { Vault } from '../ports/vault.ts';
import type { AccountView, Change, ConnectionView, Failure, Preferences } from '../view/contract.ts';
import { loadDevice, saveDevice } from './account.ts';
import { Connection, type News } from './connection.ts';
import { loadDrafts, saveDraft } from './drafts.ts';
import { ChatError, Disconnected, failureOf, notConnected } from './failures.ts';
import { emptyMailbox } from './mailbox.ts';
import { Members } from './members.ts';
import { loadPreferences, savePreferences } from './preferences.ts';
import { Room } from './room/room.ts';

/** How long signing out waits for the relay to free the nickname. */
const GOODBYE = 5_000;

export interface ClientPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly network: Network;
  readonly vault: Vault;
}

export interface ClientOptions {
  /** How much history newcomers get in a room that this client is the first to open. */
  readonly history?: HistoryPolicy;
}

export interface ClientEvents {
  changed(change: Change): void;
  /** Somebody else's message came in just now. */
  rang(room: RoomId): void;
}

const nicknameWords: Record<NicknameFault, string> = {
  empty: 'Type a nickname with at least one letter, digit or emoji.',
  too_long: `That nickname is too long: ${limits.nickname} characters at most.`,
  not_allowed: 'That nickname has a character that cannot be seen or that imitates others. Leave it out.',
};

type Account =
  | { readonly status: 'loading' }
  | { readonly status: 'none' }
  | { readonly status: 'in'; readonly device: Device; readonly members: Members };

/** Aurora without a page: what one person on one device does. Bots are built on it, and so is the browser's engine. */
export class Client {
  readonly #ports: ClientPorts;
  readonly #options: ClientOptions;
  readonly #events: ClientEvents;
  readonly #connection: Connection;
  readonly #rooms = new Map<RoomId, Room>();
  #account: Account = { status: 'loading' };
  #preferences: Preferences | null = null;
  #entering: { entered(): void; refused(failure: Failure): void } | null = null;

  constructor(ports: ClientPorts, options: ClientOptions, events: ClientEvents) {
    this.#ports = ports;
    this.#options = options;
    this.#events = events;
    this.#connection = new Connection(ports, {
      changed: (connection) => events.changed({ type: 'connection', connection }),
      live: () => this.#live(),
      lost: () => {
        for (const room of this.#rooms.values()) room.lost();
      },
      news: (news) => this.#heard(news),
      heads: (heads) => {
        for (const head of heads) this.#rooms.get(head.room)?.head(head);
      },
      refused: (failure) => this.#entering?.refused(failure),
    });
  }

  /** Goes on as who was here before, if anybody. */
  async load(): Promise<void> {
    const { vault } = this.#ports;
    await this.#loadPreferences();
    const device = await loadDevice(vault);
    if (device === null) this.#become({ status: 'none' });
    else await this.#signIn(device);
  }

  get account(): AccountView {
    const account = this.#account;
    if (account.status !== 'in') return account;
    const { device } = account;
    const { nickname } = device.credential;
    return { status: 'in', nickname, identity: device.identity, kept: this.#ports.vault.kept };
  }

  get connection(): ConnectionView {
    return this.#connection.view;
  }

  get preferences(): Preferences | null {
    return this.#preferences;
  }

  get rooms(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  /** Whether everything that was told has been worked through. */
  get settled(): boolean {
    return this.rooms.every((room) => room.settled);
  }

  /** A room one is in. Throws ChatError. */
  room(id: RoomId): Room {
    const room = this.#rooms.get(id);
    if (room === undefined) {
      throw new ChatError({ code: 'no_such_room', message: 'This conversation is not open on this device.' });
    }
    return room;
  }

  /** Makes an identity with this nickname and enters. Throws ChatError, with a suggestion when it is taken. */
  async enter(input: string): Promise<void> {
    if (this.#account.status !== 'none' || this.#entering !== null) {
      throw new ChatError({
        code: 'already_in',
        message: 'Somebody already entered on this browser. Sign out first.',
      });
    }
    const nickname = normaliseNickname(input);
    const fault = nicknameFault(nickname);
    if (fault !== undefined) throw new ChatError({ code: 'nickname_invalid', message: nicknameWords[fault] });
    const accepted = new Promise<void>((resolve, reject) => {
      this.#entering = { entered: resolve, refused: (failure) => reject(new ChatError(failure)) };
    });
    const device = await createDevice(nickname);
    const impatient = this.#ports.clock.after(GOODBYE * 2, () => this.#entering?.refused(notConnected));
    try {
      this.#connection.start(device);
      await accepted;
    } catch (error) {
      this.#connection.stop();
      throw error;
    } finally {
      impatient();
      this.#entering = null;
    }
    await saveDevice(this.#ports.vault, device);
    await this.#signIn(device);
  }

  /** Frees the nickname, if the relay can be reached, and wipes this device in any case. */
  async signOut(): Promise<void> {
    const freed = await this.#retire();
    this.#connection.stop();
    const rooms = this.rooms;
    this.#rooms.clear();
    await Promise.all(rooms.map((room) => room.close()));
    await this.#ports.vault.wipe();
    await this.#loadPreferences();
    this.#become({ status: 'none' });
    if (freed) return;
    const message =
      'Signed out, and everything on this device is wiped. The server could not be told, so it keeps the nickname reserved for a while.';
    this.#events.changed({ type: 'toast', level: 'info', failure: { code: 'not_freed', message } });
  }

  /** Stops talking to the relay; `load` goes on. */
  stop(): void {
    this.#connection.stop();
  }

  reconnect(): void {
    this.#connection.reconnect();
  }

  async send(room: RoomId, words: string): Promise<MessageId> {
    const text = words.toWellFormed();
    if (text.trim() === '') throw new ChatError({ code: 'empty', message: 'There is nothing to send yet.' });
    if (text.length > limits.text) {
      const over = text.length - limits.text;
      const message = `This message is ${over.toLocaleString('en')} characters too long. Shorten it, or send it in parts.`;
      throw new ChatError({ code: 'too_large', message });
    }
    return this.room(room).send(text);
  }

  async prefer(change: Partial<Preferences>): Promise<void> {
    const preferences = { ...(this.#preferences ?? (await loadPreferences(this.#ports.vault))), ...change };
    this.#preferences = preferences;
    // Kept before it shows: what a person saw set must be set after a reload.
    await savePreferences(this.#ports.vault, preferences);
    this.#events.changed({ type: 'preferences', preferences });
  }

  draft(room: RoomId, words: string): Promise<void> {
    return saveDraft(this.#ports.vault, room, words);
  }

  drafts(): Promise<{ room: RoomId; text: string }[]> {
    return loadDrafts(this.#ports.vault);
  }

  async #loadPreferences(): Promise<void> {
    this.#preferences = await loadPreferences(this.#ports.vault);
    this.#events.changed({ type: 'preferences', preferences: this.#preferences });
  }

  #become(account: Account): void {
    this.#account = account;
    this.#events.changed({ type: 'account', account: this.account });
    this.#tellConversations();
  }

  #tellConversations(): void {
    this.#events.changed({ type: 'conversations', conversations: this.rooms.map((room) => room.view) });
  }

  async #signIn(device: Device): Promise<void> {
    const { vault } = this.#ports;
    const members = new Members(
      vault,
      async (devices) => (await this.#connection.call('credentials', { devices })).credentials,
    );
    const room = new Room(
      LOUNGE,
      'Lounge',
      this.#options.history ?? 'week',
      { ...this.#ports, connection: this.#connection, members, device },
      {
        changed: (change) => this.#events.changed(change),
        conversation: () => this.#tellConversations(),
        rang: () => this.#events.rang(LOUNGE),
        trouble: (error) => this.#trouble(error),
      },
    );
    await room.load();
    this.#rooms.set(LOUNGE, room);
    this.#become({ status: 'in', device, members });
    if (this.#connection.isLive) this.#live();
    else this.#connection.start(device);
  }

  #live(): void {
    this.#entering?.entered();
    if (this.#account.status !== 'in') return;
    for (const room of this.#rooms.values()) room.live();
    emptyMailbox(this.#connection, (delivery) => this.#take(delivery)).catch((error) => this.#trouble(error));
  }

  #heard(news: News): void {
    if (news.type === 'delivery') {
      const { delivery } = news;
      this.#take(delivery)
        .then(() => this.#connection.call('collect', { deliveries: [delivery.id] }))
        .catch((error) => this.#trouble(error));
    } else {
      this.#rooms.get(news.room)?.heard(news);
    }
  }

  /** A delivery for a room that this device does not know is dropped: nobody here could ever use it. */
  async #take(delivery: Delivery): Promise<void> {
    await this.#rooms.get(delivery.room)?.delivered(delivery);
  }

  /** Whether the relay freed the nickname in time. */
  async #retire(): Promise<boolean> {
    if (!this.#connection.isLive) return false;
    return new Promise((resolve) => {
      const late = this.#ports.clock.after(GOODBYE, () => resolve(false));
      this.#connection
        .call('retire', {})
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(late);
    });
  }

  #trouble(error: unknown): void {
    // A broken line shows in the status, and is mended by itself.
    if (error instanceof Disconnected) return;
    this.#events.changed({ type: 'toast', level: 'error', failure: failureOf(error) });
  }
}
