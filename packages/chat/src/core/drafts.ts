import { type RoomId, record, roomId, text } from '@aurora/protocol';
import type { Vault } from '../ports/vault.ts';

/** Longer drafts than a message may be are kept too: the person is still shortening them. */
const MOST = 200_000;
const shape = record({ room: roomId, text: text(MOST) });

export async function saveDraft(vault: Vault, room: RoomId, words: string): Promise<void> {
  if (words === '') return vault.commit([{ drop: 'drafts', key: room }]);
  const value = shape.toWire({ room, text: words.slice(0, MOST).toWellFormed() });
  await vault.commit([{ put: 'drafts', key: room, value }]);
}

export async function loadDrafts(vault: Vault): Promise<{ room: RoomId; text: string }[]> {
  const stored = await vault.range('drafts', { from: '', to: '~', limit: 1_000, newestFirst: false });
  return stored.map((value) => shape.fromWire(value));
}
