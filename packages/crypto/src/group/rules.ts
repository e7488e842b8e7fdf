import {
  type Bytes,
  type DeviceId,
  deviceId,
  type IdentityId,
  identityId,
  limits,
  list,
  oneOf,
  record,
  type Shape,
} from '@aurora/protocol';
import type { Extension } from 'ts-mls';
import { CryptoError } from '../errors.ts';
import { type HistoryPolicy, historyPolicies } from '../room/state.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';

/** What holds in a group, agreed on by all its members: it stands in the group's context (RFC 9420 section 8.1). */
export interface RoomRules {
  readonly kind: 'direct' | 'private';
  /** What newcomers may read from before they came. */
  readonly history: HistoryPolicy;
  /** Who may remove others and change this; ascending. A direct conversation has none. */
  readonly admins: readonly IdentityId[];
}

/** From the range for private use. */
export const RULES_EXTENSION = 0xf0a0;
/** In a GroupInfo: devices that said that they leave and are in the group still, for newcomers who did not see them say so. */
const LEAVING_EXTENSION = 0xf0a1;

const shape: Shape<{ kind: RoomRules['kind']; history: HistoryPolicy; admins: IdentityId[] }> = record({
  kind: oneOf(['direct', 'private']),
  history: oneOf(historyPolicies),
  admins: list(identityId, limits.admins),
});

export function encodeRules({ kind, history, admins }: RoomRules): Bytes {
  const rules = { kind, history, admins: [...admins] };
  requireSound(rules, 'commit_not_allowed');
  return encodeStrict(shape, rules, 'commit_not_allowed');
}

/** The rules in a group's context. Throws `group_malformed` unless they stand there alone and are sound. */
export function rulesIn(extensions: readonly Extension[]): RoomRules {
  const [only, ...others] = extensions;
  if (only === undefined || others.length > 0 || only.extensionType !== RULES_EXTENSION)
    throw new CryptoError('group_malformed');
  const rules = decodeStrict(shape, new Uint8Array(only.extensionData), { malformed: 'group_malformed' });
  requireSound(rules, 'group_malformed');
  return rules;
}

export function rulesExtension(rules: RoomRules): Extension {
  return { extensionType: RULES_EXTENSION, extensionData: encodeRules(rules) };
}

const leavingShape = list(deviceId, limits.members);

export function leavingExtensions(devices: readonly DeviceId[]): Extension[] {
  if (devices.length === 0) return [];
  const extensionData = encodeStrict(leavingShape, [...devices], 'commit_not_allowed');
  return [{ extensionType: LEAVING_EXTENSION, extensionData }];
}

/** Throws `group_malformed`. */
export function leavingIn(extensions: readonly Extension[]): DeviceId[] {
  const found = extensions.find(({ extensionType }) => extensionType === LEAVING_EXTENSION);
  if (found === undefined) return [];
  return decodeStrict(leavingShape, new Uint8Array(found.extensionData), { malformed: 'group_malformed' });
}

function requireSound({ kind, admins }: RoomRules, code: 'commit_not_allowed' | 'group_malformed'): void {
  const ascending = admins.every((admin, index) => index === 0 || admin > (admins[index - 1] ?? ''));
  if (!ascending || (admins.length === 0) !== (kind === 'direct')) throw new CryptoError(code);
}
