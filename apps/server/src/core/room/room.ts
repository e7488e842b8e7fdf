import type { Head, IdentityId, RoomId } from '@aurora/protocol';
import type { Ports } from '../../ports/ports.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import type { Settings } from '../settings.ts';
import { Hub } from './hub.ts';
import { KeyDesk } from './key-desk.ts';
import { Presence } from './presence.ts';

/** A room as those in it now make it: who is live, who is present, who has keys. */
export class Room {
  readonly id: RoomId;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly keys: KeyDesk;

  constructor(ports: Ports, settings: Settings, head: Head) {
    this.id = head.room;
    this.hub = new Hub(ports, head);
    this.presence = new Presence(head.room, ports.clock, settings, (event) => this.hub.presence(event));
    this.keys = new KeyDesk(head.room, ports, settings);
  }

  /** Whether anybody is in it, or may come back before others are told of a leave. */
  get inUse(): boolean {
    return this.hub.head.kind === 'open' || this.hub.size > 0 || this.presence.count > 0;
  }

  /** An identity's sessions that are live in the room. */
  sessionsOf(identity: IdentityId): Session[] {
    return this.hub.sessions.filter(({ account }) => account?.identity === identity);
  }

  /** Puts a session live in the room; no error when it is. */
  enter(session: Session, account: Account): void {
    if (session.rooms.includes(this)) return;
    session.rooms = [...session.rooms, this];
    this.hub.add(session);
    this.presence.enter(session, account);
  }

  leave(session: Session, account: Account): void {
    this.hub.remove(session);
    this.keys.left(session);
    this.presence.leave(session, account);
  }

  stop(): void {
    this.presence.stop();
    this.keys.stop();
  }
}
