import { type DeviceId, type IdentityId, limits } from '@aurora/protocol';
import type { Chamber } from '../chamber.ts';
import type { GroupState } from './ring.ts';

/**
 * Whom a commit of this device's takes out at the relay: those whom it takes out of the group, and ghosts. At most as many as one commit
 * may name. The relay lets admins only remove who has not left there; what is said is kept from the others by the keys.
 */
export async function removalsOf(
  chamber: Chamber<GroupState>,
  state: GroupState,
  remove: readonly DeviceId[],
  after: readonly DeviceId[],
): Promise<IdentityId[]> {
  const { members, device } = chamber.ports;
  if (!state.rules?.admins.includes(device.identity)) return [];
  const known = await members.of([...remove, ...after]);
  const inside = new Set(after.map((one) => known.get(one)?.identity));
  const removed = remove.flatMap((one) => known.get(one)?.identity ?? []).filter((one) => !inside.has(one));
  // Who was let in by a change that this device could not believe looks like a ghost, and may be none.
  const sure = state.fate === 'in' && state.spoilers.length === 0;
  const all = new Set([...removed, ...(sure ? await ghosts(chamber, inside) : [])]);
  return [...all].slice(0, limits.removals);
}

/**
 * Who is a member at the relay and has no device in the group: a member with another client welcomed them beside a commit that did not let
 * them in. No list shows them, and yet they hear, write, and spoil epochs.
 *
 * Somebody whom another let in meanwhile looks the same until this device has read of it. They are safe: the relay lets nobody in without a
 * new epoch, so that a commit that was made on this answer and names them is refused as stale. It has to be asked anew for each commit.
 */
async function ghosts(
  { ports, id: room }: Chamber<GroupState>,
  inside: ReadonlySet<IdentityId | undefined>,
): Promise<IdentityId[]> {
  // A device in the group of which the relay does not say whose it is: then nobody can be told from a ghost.
  if (inside.has(undefined)) return [];
  const { members } = await ports.connection.call('members', { room });
  const { identity: me } = ports.device;
  // Who is no admin there, whatever the group says, would have the whole commit refused.
  if (!members.some(({ identity, admin }) => identity === me && admin)) return [];
  return members.flatMap(({ identity }) => (inside.has(identity) ? [] : identity));
}
