import type { BlobId, RoomId } from '@aurora/protocol';
import type { Change, RowId, TransferView } from '../../view/contract.ts';

/** Names one file of one message on this device: nobody else's message can stand for it. */
export interface FileName {
  readonly room: RoomId;
  readonly id: RowId;
  readonly blob: BlobId;
}

export const keyOf = ({ room, id, blob }: FileName): string => `${room}/${id}/${blob}`;

const OFFERED: TransferView = { status: 'offered' };

/** How the files stand that this device has to do with, for whoever shows them. */
export class Board {
  readonly #views = new Map<string, TransferView>();
  readonly #changed: (change: Change) => void;

  constructor(changed: (change: Change) => void) {
    this.#changed = changed;
  }

  get(file: FileName): TransferView {
    return this.#views.get(keyOf(file)) ?? OFFERED;
  }

  set(file: FileName, transfer: TransferView): void {
    if (transfer.status === 'offered') this.#views.delete(keyOf(file));
    else this.#views.set(keyOf(file), transfer);
    const { room, id, blob } = file;
    this.#changed({ type: 'transfer', room, id, blob, transfer });
  }
}
