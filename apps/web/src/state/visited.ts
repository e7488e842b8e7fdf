import type { RoomId } from '@aurora/protocol';
import type { Room } from './room.svelte.ts';

/** So many conversations stay as the person left them; older ones are told anew when they are opened. */
const MOST = 12;

/** The conversations that were in sight last, each with its window of history, place and draft. */
export class Visited {
  readonly #rooms = new Map<RoomId, Room>();

  get(id: RoomId): Room | undefined {
    return this.#rooms.get(id);
  }

  /** The room as it was left, or a new one; the one not seen for longest is forgotten. */
  visit(id: RoomId, open: () => Room): Room {
    const room = this.#rooms.get(id) ?? open();
    this.#rooms.delete(id);
    this.#rooms.set(id, room);
    // Files that wait in a tray would be lost with their room.
    const oldest = [...this.#rooms.values()].find(({ attachments }) => attachments.items.length === 0);
    if (this.#rooms.size > MOST && oldest && oldest !== room) this.#rooms.delete(oldest.id);
    return room;
  }

  clear(): void {
    for (const { attachments } of this.#rooms.values()) attachments.clear();
    this.#rooms.clear();
  }
}
