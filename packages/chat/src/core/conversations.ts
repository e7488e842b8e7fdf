import { type Device, type HistoryPolicy, type Member, sha256 } from '@aurora/crypto';
import {
  type Bytes,
  type Delivery,
  directRoomBytes,
  directRoomId,
  type Head,
  ID_BYTES,
  type IdentityId,
  LOUNGE,
  privateRoomId,
  type RoomId,
} from '@aurora/protocol';
import type { Change, ConversationView, Invitee, MessageRow } from '../view/contract.ts';
import type { Contacts } from './contacts.ts';
import { ChatError } from './failures.ts';
import { mayComeIn } from './invited.ts';
import type { Packages } from './packages.ts';
import type { RoomPorts } from './room/chamber.ts';
import { About } from './room/group/about.ts';
import type { Doorstep } from './room/group/doorstep.ts';
import { secretOf } from './room/group/invite-link.ts';
import type { PrivateRoom } from './room/group/private-room.ts';
import { openSort } from './room/open/lounge.ts';
import { Room } from './room/room.ts';
import { Serial } from './serial.ts';

/** Any room, whoever hands out its keys. */
export type AnyRoom = Pick<Room, keyof Room>;

export interface ConversationsEvents {
  changed(change: Change): void;
  /** Somebody else's message came in just now. */
  rang(room: RoomId): void;
  trouble(error: unknown): void;
  /** See RoomEvents. */
  synced(room: RoomId): void;
  sent(room: RoomId, ids: readonly string[]): void;
  brought(room: RoomId, rows: readonly MessageRow[]): void;
  forgotten(room: RoomId): Promise<void>;
}

const notOpen = () =>
  new ChatError({ code: 'no_such_room', message: 'This conversation is not open on this device.' });

/** All rooms that this device has: the Lounge, and private conversations as they come and go. */
export class Conversations {
  readonly #ports: RoomPorts;
  readonly #contacts: Contacts;
  readonly #packages: Packages;
  readonly #events: ConversationsEvents;
  readonly #rooms = new Map<RoomId, AnyRoom>();
  readonly #private = new Map<RoomId, PrivateRoom>();
  /** Pieces of one Welcome come at once: one after the other, so that the last lets in, once. */
  readonly #doors = new Serial();
  #doorstep: Doorstep | null = null;

  constructor(ports: RoomPorts, contacts: Contacts, packages: Packages, events: ConversationsEvents) {
    this.#ports = ports;
    this.#contacts = contacts;
    this.#packages = packages;
    this.#events = events;
  }

  /** What the vault kept. */
  async load(history: HistoryPolicy): Promise<void> {
    const lounge = new Room(LOUNGE, openSort('Lounge', history), this.#ports, this.#roomEvents(LOUNGE));
    await lounge.load();
    this.#rooms.set(LOUNGE, lounge);
    for (const about of await About.loadAll(this.#ports.vault)) await this.#make(about);
  }

  get rooms(): readonly AnyRoom[] {
    return [...this.#rooms.values()];
  }

  get views(): ConversationView[] {
    const hidden = new Set([...this.#private.values()].flatMap((one) => (one.hidden ? [one.room.id] : [])));
    return this.rooms.flatMap((room) => (hidden.has(room.id) ? [] : [room.view]));
  }

  find(id: RoomId): AnyRoom | undefined {
    return this.#rooms.get(id);
  }

  /** Throws ChatError. */
  get(id: RoomId): AnyRoom {
    const room = this.#rooms.get(id);
    if (room === undefined) throw notOpen();
    return room;
  }

  /** Throws ChatError, also for the Lounge. */
  private(id: RoomId): PrivateRoom {
    const room = this.#private.get(id);
    if (room === undefined) throw notOpen();
    return room;
  }

  /** A session is open: everything joins. */
  live(): void {
    for (const room of this.#rooms.values()) room.live();
  }

  lost(): void {
    for (const room of this.#rooms.values()) room.lost();
    this.#doorstep?.lost();
  }

  /**
   * Rooms that the relay says this identity is in, and this device knows nothing of: it was let in while away for too long, or by
   * somebody who means nothing by it.
   */
  async missing(heads: readonly Head[]): Promise<void> {
    for (const head of heads) {
      if (head.kind === 'open' || head.epoch === 0 || this.#rooms.has(head.room)) continue;
      (await this.#strangers()).expect(head.room);
    }
  }

  /** Opens the conversation with somebody. Throws ChatError. */
  async openDirect({ identity, device, nickname }: Invitee & { device: Device['id'] }): Promise<RoomId> {
    if (identity === this.#me)
      throw new ChatError({ code: 'bad_request', message: 'This is you. Choose somebody else.' });
    const room = await this.#directRoom(identity);
    const known = this.#private.get(room);
    if (known === undefined) {
      const about = new About(this.#ports.vault, {
        room,
        kind: 'direct',
        peer: { identity, device, nickname },
      });
      await about.set({});
      (await this.#make(about)).room.live();
    } else await known.show(true);
    this.changed();
    return room;
  }

  /** Whether this person talks with somebody: said something in the room, or, in one that is open to all, between the two alone. */
  async talksWith(id: RoomId, identity: IdentityId): Promise<boolean> {
    const room = id === LOUNGE ? this.#rooms.get(await this.#directRoom(identity)) : this.#rooms.get(id);
    return room !== undefined && (await room.spoke());
  }

  async create(title: string, history: HistoryPolicy, people: readonly Invitee[]): Promise<RoomId> {
    const room = privateRoomId(this.#ports.random.bytes(ID_BYTES));
    const name = title.toWellFormed().trim().slice(0, 200).toWellFormed();
    if (name === '') throw new ChatError({ code: 'empty', message: 'Type a name for the room.' });
    if (!this.#ports.connection.isLive)
      throw new ChatError({
        code: 'not_connected',
        message: 'A room can be made only while there is a connection.',
      });
    const about = new About(this.#ports.vault, {
      room,
      kind: 'private',
      founder: true,
      title: name,
      history,
    });
    await about.set({});
    const made = await this.#make(about);
    this.changed();
    await made.found(people);
    return room;
  }

  /** Knocks at a room. Throws ChatError for a secret that is none. */
  async joinByLink(room: RoomId, secret: string): Promise<void> {
    const bytes: Bytes = secretOf(secret);
    const known = this.#private.get(room);
    const ended = known?.way.about.is.ended ?? null;
    if (known !== undefined && ended === null && known.way.about.is.secret === null) return known.show(true);
    if (known === undefined) {
      const about = new About(this.#ports.vault, { room, kind: 'private', secret: bytes });
      await about.set({});
      await this.#make(about);
    } else {
      await known.show(true);
      await known.way.about.set({ secret: bytes, refusal: null });
    }
    this.get(room).live();
    this.changed();
  }

  /** Leaves a room, gives up asking to be let in again, or forgets one that one is not in any more. */
  async leave(id: RoomId): Promise<void> {
    const room = this.private(id);
    if (await room.withdraw()) return;
    const { standing } = room.room.view as Extract<ConversationView, { standing: unknown }>;
    await room.leave();
    if (standing.status === 'ready') return;
    this.#private.delete(id);
    this.#rooms.delete(id);
    await room.room.close();
    await room.room.forget();
    this.changed();
  }

  /** Something from the mailbox: for a room that is here, or to let this device into one. */
  async delivered(delivery: Delivery): Promise<void> {
    const known = this.#rooms.get(delivery.room);
    if (known !== undefined) return known.delivered(delivery);
    return this.#doors.run(() => this.#uninvited(delivery));
  }

  /** Nothing is kept or shown of a room before a Welcome to it was opened: anybody can name this device in one. */
  async #uninvited(delivery: Delivery): Promise<void> {
    const { room: id, sender } = delivery;
    const known = this.#rooms.get(id);
    if (known !== undefined) return known.delivered(delivery);
    const from = (await this.#ports.members.of([sender])).get(sender);
    const opened = from && (await (await this.#strangers()).delivered(delivery, from));
    if (opened === null || opened === undefined) return;
    const { by, mail } = opened;
    const all = [...this.#private.values()].map(({ way }) => way.about.is);
    if (!mayComeIn(all, by.identity)) return;
    const room = this.#rooms.get(id) ?? (await this.#letIn(id, by));
    for (const one of mail) await room.delivered(one);
  }

  async #strangers(): Promise<Doorstep> {
    const { Doorstep } = await import('./room/group/index.ts');
    this.#doorstep ??= new Doorstep(this.#ports, this.#packages, (error) => this.#events.trouble(error));
    return this.#doorstep;
  }

  /** Tells anew what all conversations look like. */
  changed(): void {
    this.#events.changed({ type: 'conversations', conversations: this.views });
  }

  get #me(): IdentityId {
    return this.#ports.device.identity;
  }

  /** SPEC [RM2]. */
  async #directRoom(other: IdentityId): Promise<RoomId> {
    return directRoomId(await sha256(directRoomBytes(this.#me, other)));
  }

  /** A conversation that somebody else began: with this person alone when the room's id says so. */
  async #letIn(room: RoomId, { identity, id: device, nickname }: Member): Promise<AnyRoom> {
    const direct = (await this.#directRoom(identity)) === room;
    const about = direct
      ? new About(this.#ports.vault, { room, kind: 'direct', peer: { identity, device, nickname } })
      : new About(this.#ports.vault, { room, kind: 'private', inviter: identity });
    await about.set({});
    const made = await this.#make(about);
    made.room.live();
    this.changed();
    return made.room;
  }

  async #make(about: About): Promise<PrivateRoom> {
    const way = { about, packages: this.#packages, contacts: this.#contacts };
    // A visit to the Lounge does without this code, as without that of MLS.
    const { PrivateRoom } = await import('./room/group/index.ts');
    const room = new PrivateRoom(way, this.#ports, this.#roomEvents(about.room));
    await room.load();
    this.#rooms.set(about.room, room.room);
    this.#private.set(about.room, room);
    this.#doorstep?.forget(about.room);
    return room;
  }

  #roomEvents(room: RoomId) {
    return {
      changed: (change: Change) => this.#events.changed(change),
      conversation: () => this.changed(),
      rang: () => this.#rang(room),
      trouble: (error: unknown) => this.#events.trouble(error),
      synced: () => this.#events.synced(room),
      sent: (ids: readonly string[]) => this.#events.sent(room, ids),
      brought: (rows: readonly MessageRow[]) => this.#events.brought(room, rows),
      forgotten: () => this.#events.forgotten(room),
    };
  }

  /** Who writes brings a conversation's tab back. */
  #rang(id: RoomId): void {
    const room = this.#private.get(id);
    if (room?.hidden) return;
    if (room !== undefined && !room.room.shown)
      room.show(true).then(
        () => this.changed(),
        (error) => this.#events.trouble(error),
      );
    this.#events.rang(id);
  }
}
