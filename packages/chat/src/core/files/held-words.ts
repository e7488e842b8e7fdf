import { fileHeadShape, filesShape } from '@aurora/crypto';
import { limits, list, text, type Values } from '@aurora/protocol';

/** A message that waits for its files to be at the relay. */
export const heldFields = { text: text(limits.caption), files: list(fileHeadShape, limits.blobs) } as const;
export type HeldWords = { readonly type: 'held' } & Values<typeof heldFields>;

/** One whose files are there. */
export const sentFields = { text: text(limits.caption), files: filesShape } as const;
export type SentWords = { readonly type: 'files' } & Values<typeof sentFields>;
