import type { Change, FilePlace, Row, RowId, TransferView } from '@aurora/chat/view';
import type { RoomId } from '@aurora/protocol';

/** What was told of one file since its row came; null when that says it all. */
class Told {
  transfer: TransferView | null = $state.raw(null);
}

export type { Told };

type Named = Pick<FilePlace, 'room' | 'id' | 'blob'>;

/**
 * How files stand, as the engine told it after their rows: several times a second while bytes move, so each file has its
 * own signal and no timeline is drawn anew. It also remembers which files are to be saved once they are here.
 */
export class Transfers {
  readonly #told = new Map<string, Told>();
  readonly #awaited = new Map<string, FilePlace>();
  readonly #save: (place: FilePlace) => void;

  constructor(save: (place: FilePlace) => void) {
    this.#save = save;
  }

  /** Taken while a component starts: a signal that is made inside a `$derived` is not followed by it. */
  told(place: Named): Told {
    const key = keyOf(place);
    const told = this.#told.get(key) ?? new Told();
    this.#told.set(key, told);
    return told;
  }

  /** Saves the file by itself, once, when it is here: the person asked for it in this tab. */
  await(place: FilePlace): void {
    this.#awaited.set(keyOf(place), place);
  }

  /** The person thought again. */
  release(place: FilePlace): void {
    this.#awaited.delete(keyOf(place));
  }

  hear(change: Extract<Change, { type: 'transfer' }>): void {
    this.told(change).transfer = change.transfer;
    this.#settle(change, change.transfer);
  }

  /** Rows that are told anew say themselves how their files stand. */
  replace(room: RoomId, rows: readonly Row[], removed: readonly RowId[]): void {
    for (const row of rows) {
      if (row.kind !== 'message') continue;
      for (const { blob, transfer } of row.files) {
        const place = { room, id: row.id, blob };
        const told = this.#told.get(keyOf(place));
        if (told) told.transfer = null;
        this.#settle(place, transfer);
      }
    }
    for (const id of removed) this.#forget(`${room}/${id}/`);
  }

  /** The history of a room is told anew. */
  reset(room: RoomId): void {
    for (const [key, told] of this.#told) if (key.startsWith(`${room}/`)) told.transfer = null;
  }

  clear(): void {
    this.#told.clear();
    this.#awaited.clear();
  }

  #settle(named: Named, transfer: TransferView): void {
    const place = this.#awaited.get(keyOf(named));
    if (transfer.status !== 'held' || !place) return;
    this.release(place);
    this.#save(place);
  }

  #forget(prefix: string): void {
    for (const key of this.#told.keys()) if (key.startsWith(prefix)) this.#told.delete(key);
    for (const key of this.#awaited.keys()) if (key.startsWith(prefix)) this.#awaited.delete(key);
  }
}

function keyOf({ room, id, blob }: Named): string {
  return `${room}/${id}/${blob}`;
}
