import type { Head, RoomId } from '@aurora/protocol';
import type { Ports } from '../../ports/ports.ts';
import type { Settings } from '../settings.ts';
import { Room } from './room.ts';

/** The rooms that somebody is in, or was a moment ago. */
export class Rooms {
  readonly #ports: Ports;
  readonly #settings: Settings;
  readonly #rooms = new Map<RoomId, Room>();
  /** Those that nobody was in at the last sweep. */
  readonly #empty = new Set<Room>();

  constructor(ports: Ports, settings: Settings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  all(): IterableIterator<Room> {
    return this.#rooms.values();
  }

  get(id: RoomId): Room | undefined {
    return this.#rooms.get(id);
  }

  /** Where a room stands, for which it need not be opened; undefined when there is no such room. */
  async head(id: RoomId): Promise<Head | undefined> {
    return this.#rooms.get(id)?.hub.head ?? this.#ports.log.head(id);
  }

  /** Undefined when there is no such room. */
  async open(id: RoomId): Promise<Room | undefined> {
    const known = this.#rooms.get(id);
    if (known !== undefined) {
      this.#empty.delete(known);
      return known;
    }
    const head = await this.#ports.log.head(id);
    if (head === undefined) return undefined;
    // Another session may have opened it meanwhile.
    const room = this.#rooms.get(id) ?? new Room(this.#ports, this.#settings, head);
    this.#rooms.set(id, room);
    return room;
  }

  /**
   * Lets go of rooms that nobody has been in or asked for since the last sweep, since anybody may make many; whoever
   * is on the way in has come in by the next one. An open room stays: there is but one.
   */
  sweep(): void {
    for (const [id, room] of this.#rooms) {
      if (room.inUse) this.#empty.delete(room);
      else if (!this.#empty.delete(room)) this.#empty.add(room);
      else {
        room.stop();
        this.#rooms.delete(id);
      }
    }
  }

  stop(): void {
    for (const room of this.#rooms.values()) room.stop();
  }
}
