import { type DeviceId, directRoomBytes, directRoomId, type IdentityId, type RoomId } from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Member } from '../identity/member.ts';
import { sha256 } from '../primitives/hash.ts';
import { type Group, MOST_DEVICES } from './group.ts';
import type { RoomRules } from './rules.ts';

/** What a commit does to a group, in the terms of the room. */
export interface GroupChange {
  readonly added: readonly DeviceId[];
  readonly removed: readonly DeviceId[];
  /** Removed and added in one: they had lost their keys. */
  readonly readmitted: readonly DeviceId[];
  /** The rules from now on, if the commit sets them. */
  readonly rules: RoomRules | null;
}

export interface Judged {
  readonly group: Group;
  readonly change: GroupChange;
  readonly by: Member;
  /** Devices whose signed leave stands in the log. */
  readonly leaving: ReadonlySet<DeviceId>;
  readonly hasPath: boolean;
  identityOf(device: DeviceId): IdentityId | undefined;
}

const refuse = (): never => {
  throw new CryptoError('commit_not_allowed');
};

/**
 * Who may change what in a group. Every member comes to the same verdict, because all that it rests on stands in the log or in the
 * group. Throws `commit_not_allowed`, `room_too_large`.
 */
export async function requireAllowed({
  group,
  change,
  by,
  leaving,
  hasPath,
  identityOf,
}: Judged): Promise<void> {
  const { rules: before, devices } = group;
  const { added, removed, readmitted, rules } = change;
  const admin = before.admins.includes(by.identity);
  const inside = new Set(devices);
  if (!inside.has(by.id)) refuse();
  if (added.some((device) => inside.has(device))) refuse();
  if (removed.some((device) => device === by.id || !inside.has(device))) refuse();
  if (readmitted.some((device) => device === by.id || !inside.has(device))) refuse();
  if (removed.some((device) => !admin && !leaving.has(device))) refuse();
  // Who was removed could follow into an epoch that only old secrets lead to (RFC 9420 section 12.4).
  const taken = removed.length + readmitted.length;
  const needsPath = taken > 0 || (added.length === 0 && rules === null);
  if (needsPath && !hasPath) refuse();
  // One thing at a time, so that nobody's part in another's change has to be worked out.
  if (rules !== null && taken + added.length > 0) refuse();
  const size = devices.length + added.length - removed.length;
  if (size > MOST_DEVICES) throw new CryptoError('room_too_large');
  if (rules !== null) requireRules(before, rules, admin);
  const staying = [...devices, ...added].filter((device) => !removed.includes(device)).map(identityOf);
  const now = rules ?? before;
  if (now.kind === 'direct') await requireTwo(group.room, staying, 'commit_not_allowed');
  else if (rules?.admins.some((one) => !staying.includes(one))) refuse();
}

function requireRules(before: RoomRules, after: RoomRules, admin: boolean): void {
  const fixed = before.kind === 'private' && after.kind === before.kind && after.history === before.history;
  if (!admin || !fixed || after.admins.length === 0) refuse();
}

/**
 * Throws unless these may be the people of a direct conversation: two at most, and those two whose ids the room's id is made of (SPEC
 * [RM2]), so that no third ever takes an empty seat.
 */
export async function requireTwo(
  room: RoomId,
  identities: readonly (IdentityId | undefined)[],
  code: 'commit_not_allowed' | 'group_malformed',
): Promise<void> {
  const [one, other, ...more] = new Set(identities);
  if (one === undefined || identities.includes(undefined) || more.length > 0) throw new CryptoError(code);
  if (other === undefined) return;
  if (directRoomId(await sha256(directRoomBytes(one, other))) !== room) throw new CryptoError(code);
}
