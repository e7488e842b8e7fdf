import type { RoomId } from '@aurora/protocol';
import type { FilePlace, MessageRow } from '../../view/contract.ts';

/** Pictures up to so many bytes are fetched without asking, from people one talks with. */
const SMALL = 2 * 1024 * 1024;
/** Of what came at once, so many messages, the latest: nobody's absence is filled with downloads. */
const MOST = 20;
/** As their sender says; what they are is seen when they are here. */
const PICTURE = /^image\/(avif|gif|jpeg|png|webp)$/;

/** Those of what came at once that are looked at. */
export const latest = (rows: readonly MessageRow[]): readonly MessageRow[] => rows.slice(-MOST);

/** The small pictures of a message. */
export function smallPictures(room: RoomId, { id, position, files }: MessageRow): FilePlace[] {
  return files
    .filter(({ type, size }) => PICTURE.test(type) && size <= SMALL)
    .map(({ blob }) => ({ room, id, position, blob }));
}
