import type { KeyPackageSecret, Letter } from '@aurora/crypto/groups';
import { type Bytes, RequestError } from '@aurora/protocol';
import type { Failure } from '../../../view/contract.ts';
import { groups } from '../../groups.ts';
import type { Packages } from '../../packages.ts';
import type { Chamber } from '../chamber.ts';
import type { About } from './about.ts';
import type { GroupState } from './ring.ts';

type Refusal = Extract<Letter, { type: 'refusal' }>['code'];

const words: Record<Refusal, string> = {
  invite_wrong:
    'This invite does not open the room: it was copied wrongly, or replaced by a newer one. Ask for a new link.',
  invite_revoked: 'This invite was revoked. Ask somebody who is in the room for a new link.',
  room_full: 'The room is full. Somebody has to leave before you can come in.',
  declined: 'You were not let in. Ask somebody who is in the room.',
};

const noSuchRoom: Failure = {
  code: 'no_such_room',
  message:
    'This invite leads to no room on this server. Ask for a new link, and whether this is the right server.',
};

export function refusalOf(letter: Letter): Failure | null {
  return letter.type === 'refusal' ? { code: letter.code, message: words[letter.code] } : null;
}

/**
 * Asks those in the room to let this device in: with the proof of an invite's secret, or as somebody who is in it and lost the keys.
 * The knock brings the key package by which it can be added, so that no relay can put another in its place.
 */
export async function knockWith(
  { id: room, ports, events }: Chamber<GroupState>,
  about: About,
  packages: Packages,
  secret: Bytes | null,
): Promise<void> {
  if (secret !== null && about.is.refusal !== null) return;
  const keyPackage = await packages.forKnocks(room);
  try {
    await knockAt({ id: room, ports }, keyPackage, secret);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const known = { no_such_room: noSuchRoom, bad_request: noSuchRoom, room_full: full }[String(error.code)];
    if (secret === null || known === undefined) {
      if (error.code !== 'rate_limited') throw error;
    } else await about.set({ refusal: { code: known.code, message: known.message } });
  }
  events.conversation();
}

/** Throws RequestError or Disconnected. */
export async function knockAt(
  { id: room, ports }: Pick<Chamber<GroupState>, 'id' | 'ports'>,
  { keyPackage }: Pick<KeyPackageSecret, 'keyPackage'>,
  secret: Bytes | null,
): Promise<void> {
  const { signKnock, proveInvite } = await groups();
  const { device, connection } = ports;
  const proof = secret === null ? null : await proveInvite(secret, { room, device: device.id });
  await connection.call('knock', { room, frame: await signKnock(device, { room, keyPackage, proof }) });
}

const full: Failure = {
  code: 'room_full',
  message: 'Too many people wait at this room already. Try again later.',
};
