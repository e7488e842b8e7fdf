import type { RoomId } from '@aurora/protocol';
import type { Ports } from '../../ports/ports.ts';
import type { Settings } from '../settings.ts';
import { Room } from './room.ts';

/** The rooms that somebody has asked for since the relay started. */
export class Rooms {
  readonly #ports: Ports;
  readonly #settings: Settings;
  readonly #rooms = new Map<RoomId, Room>();

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

  /** Undefined when there is no such room. */
  async open(id: RoomId): Promise<Room | undefined> {
    const known = this.#rooms.get(id);
    if (known !== undefined) return known;
    const head = await this.#ports.log.head(id);
    if (head === undefined) return undefined;
    // Another session may have opened it meanwhile.
    const room = this.#rooms.get(id) ?? new Room(this.#ports, this.#settings, head);
    this.#rooms.set(id, room);
    return room;
  }

  stop(): void {
    for (const room of this.#rooms.values()) room.stop();
  }
}
