import { type ReplyOf, RequestError, type RequestOf, type RoomId } from '@aurora/protocol';
import type { NewBlob, OpenedBlob } from '../../ports/blob-records.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom, notInRoom } from './joined-room.ts';

function noSuchBlob(): RequestError {
  return new RequestError('no_such_blob', 'This file is not at the server, or not any more.');
}

function inWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
  return `${Number((bytes / 1024 ** step).toFixed(1))} ${units[step]}`;
}

function refusalOfBlob({ status }: Exclude<OpenedBlob, { status: 'open' }>, quota: number): RequestError {
  switch (status) {
    case 'taken':
      return new RequestError('id_reused', 'This id stands for another file already. Make a new one.');
    case 'quota_used':
      return new RequestError(
        'quota_used',
        `Your files take all the space that you have here, ${inWords(quota)}. Take some back, or wait until they expire.`,
      );
    case 'gone':
      return new RequestError('unauthenticated', 'You have signed out. Sign in anew.');
  }
}

/** Who was removed while something was looked up gets no ticket: it would outlive the removal. */
function checkStillIn(session: Session, room: RoomId): void {
  if (session.room(room) === undefined) throw notInRoom();
}

/** Its bytes count for the address that brings them, once, and not when there is no room for them. SPEC [LM2]. */
async function openCounted(
  { ports, rates }: Context,
  { address }: Session,
  blob: NewBlob,
): Promise<OpenedBlob> {
  const isNew = (await ports.blobRecords.find(blob.blob)) === undefined;
  const takeBack = isNew ? rates.countFile(address, blob.size, ports.clock.elapsed()) : () => {};
  let opened: OpenedBlob | undefined;
  try {
    opened = await ports.blobRecords.open(blob);
    return opened;
  } finally {
    if (opened?.status !== 'open') takeBack();
  }
}

/** Everything that speaks against a file is said before its first byte. SPEC [FL2], [FL3]. */
export function openUpload(
  context: Context,
  session: Session,
  { identity, device }: Account,
  { room, blob, size }: RequestOf<'open_upload'>,
): Promise<ReplyOf<'open_upload'>> {
  const { ports, files, tickets } = context;
  const { fileSize, fileQuota: quota } = context.settings;
  return inRoom(context, session, room, async () => {
    if (size > fileSize)
      throw new RequestError('too_large', `Files of up to ${inWords(fileSize)} can be sent here.`);
    const created = ports.clock.now();
    const opened = await openCounted(context, session, { blob, room, owner: identity, size, created, quota });
    if (opened.status !== 'open') throw refusalOfBlob(opened, quota);
    const offset = await files.offsetOf(opened.record);
    checkStillIn(session, room);
    return { ticket: tickets.issue({ direction: 'up', blob, room, identity, device }), offset };
  });
}

export function openDownload(
  context: Context,
  session: Session,
  { identity, device }: Account,
  { room, blob }: RequestOf<'open_download'>,
): Promise<ReplyOf<'open_download'>> {
  return inRoom(context, session, room, async () => {
    const record = await context.files.whole(blob);
    if (record?.room !== room) throw noSuchBlob();
    checkStillIn(session, room);
    const ticket = context.tickets.issue({ direction: 'down', blob, room, identity, device });
    return { ticket, size: record.size };
  });
}

export async function dropBlob(
  { files }: Context,
  { identity }: Account,
  { blob }: RequestOf<'drop_blob'>,
): Promise<ReplyOf<'drop_blob'>> {
  if (!(await files.drop(blob, identity))) throw noSuchBlob();
  return {};
}
