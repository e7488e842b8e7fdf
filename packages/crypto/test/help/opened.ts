import type { Entry } from '@aurora/protocol';
import {
  acceptKeys,
  admitFrame,
  announceFresh,
  applyHandshake,
  type CryptoErrorCode,
  emptyRoom,
  type OpenRoom,
} from '../../src/index.ts';
import { Log } from './log.ts';
import { type Person, person } from './people.ts';

export const [ada, bo, mal] = await Promise.all([person('Ada'), person('Bo'), person('Mal')]);

/** Ada has opened the room and holds its key; Bo is admitted; Mal is nobody yet. */
export async function opened(): Promise<{ log: Log; state: OpenRoom }> {
  const log = new Log();
  const { frame, key } = await announceFresh(emptyRoom(log.room), ada.device);
  log.append('commit', ada, frame);
  const first = await acceptKeys((await log.read()).state, [key]);
  log.append('handshake', ada, await admitFrame(first.state, ada.device, [bo.device.id]));
  return { log, state: (await log.read(first.state)).state };
}

/** What everybody must agree on. */
export function publicView(state: OpenRoom): unknown {
  return { ...state, epochs: state.epochs.map((record) => ({ ...record, key: null })) };
}

/** Why the entry is not believed, if it is not. */
export async function refusalOf(
  entry: Entry,
  state: OpenRoom,
  from: Person,
): Promise<CryptoErrorCode | undefined> {
  return (await applyHandshake(state, entry, from.member)).refused?.code;
}
