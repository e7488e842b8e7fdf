import { createDevice, type Device, type FileDescriptor, type HistoryPolicy } from '@aurora/crypto';
import {
  type Delivery,
  type DeviceId,
  type IdentityId,
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
import {
  type AccountView,
  type Change,
  type ConnectionView,
  defaultPreferences,
  type Failure,
  type FilePlace,
  type MessageRow,
  type OutgoingFile,
  type Preferences,
} from '../view/contract.ts';
import { loadDevice, saveDevice } from './account.ts';
import { Connection, type News, type Welcome } from './connection.ts';
import { Contacts } from './contacts.ts';
import { type AnyRoom, Conversations } from './conversations.ts';
import { loadDrafts, saveDraft } from './drafts.ts';
import { ChatError, Disconnected, failureOf, notConnected } from './failures.ts';
import { Board } from './files/board.ts';
import type { Files } from './files/files.ts';
import { FilesLoader, type FileWays } from './files/loader.ts';
import { latest, smallPictures } from './files/small-pictures.ts';
import { collect, emptyMailbox } from './mailbox.ts';
import { Members } from './members.ts';
import { Packages } from './packages.ts';
import { loadPreferences, savePreferences } from './preferences.ts';
import type { Trust } from './trust.ts';

/** How long signing out waits for the relay to free the nickname. */
const GOODBYE = 5_000;

export interface ClientPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly network: Network;
  readonly vault: Vault;
  /** Without it files are shown, and neither sent nor fetched. */
  readonly files?: FileWays | undefined;
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
  | {
      readonly status: 'in';
      readonly device: Device;
      readonly conversations: Conversations;
      readonly contacts: Contacts;
      readonly packages: Packages;
      readonly members: Members;
      readonly files: FilesLoader;
    };

/** Aurora without a page: what one person on one device does. Bots are built on it, and so is the browser's engine. */
export class Client {
  readonly #ports: ClientPorts;
  readonly #options: ClientOptions;
  readonly #events: ClientEvents;
  readonly #connection: Connection;
  #account: Account = { status: 'loading' };
  #preferences: Preferences | null = null;
  #entering: { entered(): void; refused(failure: Failure): void } | null = null;

  constructor(ports: ClientPorts, options: ClientOptions, events: ClientEvents) {
    this.#ports = ports;
    this.#options = options;
    this.#events = events;
    this.#connection = new Connection(ports, {
      changed: (connection) => events.changed({ type: 'connection', connection }),
      live: (welcome) => this.#live(welcome),
      lost: () => {
        this.#in?.conversations.lost();
        this.#in?.files.lost();
      },
      news: (news) => this.#heard(news),
      heads: (heads) => {
        for (const head of heads) this.#in?.conversations.find(head.room)?.head(head);
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

  /** This device's id. Throws ChatError when nobody is signed in. */
  get device(): DeviceId {
    return this.#must.device.id;
  }

  get connection(): ConnectionView {
    return this.#connection.view;
  }

  get preferences(): Preferences | null {
    return this.#preferences;
  }

  get rooms(): readonly AnyRoom[] {
    return this.#in?.conversations.rooms ?? [];
  }

  /** All conversations. Throws ChatError when nobody is signed in. */
  get conversations(): Conversations {
    return this.#must.conversations;
  }

  /** Throws ChatError when nobody is signed in. */
  async trust(): Promise<Trust> {
    const { device, members, contacts } = this.#must;
    const { Trust } = await import('./room/group/index.ts');
    return new Trust(device, members, contacts);
  }

  /** Whether everything that was told has been worked through. */
  get settled(): boolean {
    return this.rooms.every((room) => room.settled);
  }

  /** A room one is in. Throws ChatError. */
  room(id: RoomId): AnyRoom {
    return this.#must.conversations.get(id);
  }

  /** Whom this person blocked. */
  get blocked(): { identity: IdentityId; nickname: string }[] {
    return (this.#in?.contacts.blocked ?? []).map(({ identity, nickname }) => ({ identity, nickname }));
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
    await this.#sayGoodbye();
    const freed = await this.#retire();
    this.#connection.stop();
    const rooms = this.rooms;
    const files = this.#in?.files;
    this.#account = { status: 'none' };
    await Promise.all(rooms.map((room) => room.close()));
    await files?.wipe();
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
    return this.#writable(room).send(text);
  }

  /** Refused as the intent says. */
  async sendFiles(room: RoomId, words: string, files: readonly OutgoingFile[]): Promise<MessageId> {
    const text = words.toWellFormed();
    if (files.length === 0) throw new ChatError({ code: 'empty', message: 'There is no file to send yet.' });
    if (files.length > limits.blobs) {
      const message = `A message has room for ${limits.blobs} files. Send the others with another one.`;
      throw new ChatError({ code: 'too_many', message });
    }
    if (text.length > limits.caption) {
      const over = text.length - limits.caption;
      const message = `The words beside the files are ${over.toLocaleString('en')} characters too long. Shorten them, or send them by themselves.`;
      throw new ChatError({ code: 'too_large', message });
    }
    const conversation = this.#writable(room);
    const all = await this.#must.files.get();
    const id = await conversation.hold(text.trim() === '' ? '' : text, (id) => all.prepare(room, id, files));
    await all.release(room, id);
    return id;
  }

  /** Begins to fetch a file. Throws ChatError. */
  async acceptFile(place: FilePlace): Promise<void> {
    const file = await this.#fileAt(place);
    await (await this.#must.files.get()).accept(place, file);
  }

  async rejectFile(place: FilePlace, rejected: boolean): Promise<void> {
    const file = await this.#fileAt(place);
    await (await this.#must.files.get()).reject(place, file, rejected);
  }

  /** Files on their way, and those that are here. Throws ChatError. */
  files(): Promise<Files> {
    return this.#must.files.get();
  }

  /** Drops a failed message, and what of its files is on the way. */
  async discard(room: RoomId, id: string): Promise<void> {
    // Of a message that was sent meanwhile, or is on its way, the files stay.
    if (await this.room(room).discard(id)) await this.#must.files.present?.dropped(room, id);
  }

  /** Known to this device alone. */
  async block(identity: IdentityId, nickname: string, blocked: boolean): Promise<void> {
    const { contacts, conversations } = this.#must;
    await contacts.block(identity, nickname, blocked);
    for (const room of conversations.rooms) await room.refresh();
  }

  /** Goes on with whoever has a nickname now that somebody else had before. */
  async acceptChange(identity: IdentityId): Promise<void> {
    const { contacts, conversations } = this.#must;
    const named = conversations.views.find(
      (view) => view.kind === 'direct' && view.peer.identity === identity,
    );
    if (named !== undefined) await contacts.accept(identity, named.title);
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

  async #fileAt(place: FilePlace): Promise<FileDescriptor> {
    const file = await this.room(place.room).fileAt(place);
    if (file === null)
      throw new ChatError({ code: 'file_gone', message: 'There is no such file in this conversation.' });
    return file;
  }

  /** A room in which one may write. Throws ChatError. */
  #writable(id: RoomId): AnyRoom {
    const room = this.room(id);
    const { view } = room;
    if (view.kind === 'direct' && view.peer.gone) throw new ChatError(gone(view.peer.nickname));
    if (view.kind === 'direct' && view.peer.changed?.blocking)
      throw new ChatError(changed(view.peer.nickname));
    return room;
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
    this.#events.changed({ type: 'conversations', conversations: this.#in?.conversations.views ?? [] });
  }

  get #in(): Extract<Account, { status: 'in' }> | null {
    return this.#account.status === 'in' ? this.#account : null;
  }

  get #must(): Extract<Account, { status: 'in' }> {
    if (this.#account.status === 'in') return this.#account;
    throw new ChatError({
      code: 'not_in',
      message: 'Nobody is signed in on this device. Enter with a nickname first.',
    });
  }

  async #signIn(device: Device): Promise<void> {
    const { vault } = this.#ports;
    const members = new Members(
      vault,
      async (devices) => (await this.#connection.call('credentials', { devices })).credentials,
    );
    const connection = this.#connection;
    const contacts = new Contacts(vault, () => {
      this.#tellConversations();
      this.#events.changed({ type: 'blocked', blocked: this.blocked });
    });
    await contacts.load();
    const packages = new Packages(vault, device, connection);
    const board = new Board((change) => this.#events.changed(change));
    const ports = {
      ...this.#ports,
      connection,
      members,
      device,
      board,
      preferences: () => this.#preferences ?? defaultPreferences,
      blocked: (identity: IdentityId) => contacts.isBlocked(identity),
    };
    const conversations: Conversations = new Conversations(ports, contacts, packages, {
      changed: (change) => this.#events.changed(change),
      rang: (room) => this.#events.rang(room),
      trouble: (error) => this.#trouble(error),
      synced: (room) => files.joined(room),
      sent: (room, ids) => {
        for (const id of ids) files.present?.sent(room, id).catch((error: unknown) => this.#trouble(error));
      },
      brought: (room, rows) => {
        this.#fetchPictures(room, rows).catch((error: unknown) => this.#trouble(error));
      },
      forgotten: async (room) => files.present?.forgetRoom(room),
    });
    const files: FilesLoader = new FilesLoader({ ...this.#ports, connection, board }, this.#ports.files, {
      find: (room, id) => conversations.find(room)?.held(id) ?? null,
      waits: (room, id) => conversations.find(room)?.waits(id) ?? false,
      amend: async (room, id, words) => conversations.find(room)?.amend(id, words),
      trouble: (error) => this.#trouble(error),
    });
    await conversations.load(this.#options.history ?? 'week');
    // What keeps files from going on keeps nobody from talking; it is tried again in each room that is joined.
    await files.resume().catch((error: unknown) => this.#trouble(error));
    this.#become({ status: 'in', device, conversations, contacts, packages, members, files });
    this.#events.changed({ type: 'blocked', blocked: this.blocked });
    if (connection.isLive) this.#live(null);
    else connection.start(device);
  }

  /** Small pictures from people one talks with are fetched without asking, unless this person wants none. */
  async #fetchPictures(room: RoomId, rows: readonly MessageRow[]): Promise<void> {
    const account = this.#in;
    if (account === null || this.#ports.files === undefined || !this.#preferences?.pictures) return;
    for (const row of latest(rows)) {
      const places = smallPictures(room, row);
      if (places.length === 0 || !(await account.conversations.talksWith(room, row.author.identity)))
        continue;
      // Nobody asked for them: what cannot be had is there to be clicked.
      for (const place of places) await this.acceptFile(place).catch(() => undefined);
    }
  }

  /** `welcome` is null for a session that was open before somebody was signed in on this device. */
  #live(welcome: Welcome | null): void {
    this.#entering?.entered();
    const account = this.#in;
    if (account === null) return;
    account.conversations.live();
    const trouble = (error: unknown) => this.#trouble(error);
    emptyMailbox(this.#connection, (delivery) => account.conversations.delivered(delivery))
      .catch(trouble)
      .then(() => account.conversations.missing(welcome?.rooms ?? []))
      .catch(trouble)
      .then(() => account.packages.replenish())
      .catch(trouble);
  }

  #heard(news: News): void {
    if (news.type === 'delivery') {
      this.#take(news.delivery).catch((error) => this.#trouble(error));
    } else {
      this.#in?.conversations.find(news.room)?.heard(news);
    }
  }

  async #take(delivery: Delivery): Promise<void> {
    const conversations = this.#in?.conversations;
    await collect(this.#connection, [delivery], async (one) => conversations?.delivered(one));
  }

  /** Those who stay in a room are told, so that they change its keys; nobody waits long for that. */
  async #sayGoodbye(): Promise<void> {
    if (!this.#connection.isLive || this.#in === null) return;
    const { conversations } = this.#in;
    const leaving = Promise.all(
      conversations.views.flatMap((view) =>
        view.kind !== 'open' && view.standing.status === 'ready'
          ? [conversations.private(view.room).leave()]
          : [],
      ),
    );
    await new Promise<void>((resolve) => {
      const late = this.#ports.clock.after(GOODBYE / 2, resolve);
      leaving
        .then(
          () => resolve(),
          () => resolve(),
        )
        .finally(late);
    });
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

const gone = (nickname: string): Failure => ({
  code: 'person_gone',
  message: `${nickname} signed out for good. Nobody would read what you write here.`,
});
const changed = (nickname: string): Failure => ({
  code: 'identity_changed',
  message: `${nickname} is somebody else than the person you verified. Compare safety numbers first, or go on knowingly.`,
});
