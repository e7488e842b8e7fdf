import { type Bytes, type DeviceId, equalBytes, type RoomId } from '@aurora/protocol';
import { emptyPskIndex, joinGroupWithExtensions } from 'ts-mls';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import { requireTwo } from './allowed.ts';
import { readWelcome } from './commit.ts';
import { configOf, type Group, groupOf, leavesOf } from './group.ts';
import { type KeyPackageSecret, openSecret } from './key-package.ts';
import { authenticationLater, deviceOf, isLeafOf, type Resolve } from './leaf.ts';
import { leavingIn } from './rules.ts';
import { suiteOf } from './suite.ts';

/**
 * Joins a group by a Welcome, RFC 9420 section 12.4.3.1. Gives the key package that was used, which is to be forgotten, and who of the
 * group had said to its maker that they leave. Throws `welcome_unknown` when it was sealed to none of these, `welcome_malformed`, `group_mismatch`, `group_malformed`,
 * `key_package_wrong` when a leaf is not that of the device it names.
 */
export async function joinGroup(invited: {
  readonly room: RoomId;
  readonly device: Device;
  readonly welcome: Bytes;
  readonly groupInfo: Bytes;
  readonly secrets: readonly KeyPackageSecret[];
  readonly resolve: Resolve;
}): Promise<{ readonly group: Group; readonly ref: Bytes; readonly leaving: readonly DeviceId[] }> {
  const { room, device, groupInfo, secrets, resolve } = invited;
  const welcome = readWelcome(invited.welcome, groupInfo);
  const secret = secrets.find(({ ref }) =>
    welcome.secrets.some(({ newMember }) => equalBytes(newMember, ref)),
  );
  if (secret === undefined) throw new CryptoError('welcome_unknown');
  const { publicPackage, privatePackage } = openSecret(secret);
  const [state, extensions] = await joinGroupWithExtensions(
    welcome,
    publicPackage,
    privatePackage,
    emptyPskIndex,
    suiteOf(device),
    undefined,
    undefined,
    configOf(authenticationLater),
  ).catch((cause: unknown) => {
    throw new CryptoError('welcome_malformed', { cause });
  });
  const group = groupOf(room, state);
  const leaving = leavingIn(extensions).filter((one) => group.devices.includes(one));
  const members = await resolve(group.devices);
  for (const { leaf } of leavesOf(state)) {
    const named = deviceOf(leaf.credential);
    const member = named === null ? undefined : members.get(named);
    if (member === undefined || !isLeafOf(leaf, member)) throw new CryptoError('key_package_wrong');
  }
  if (!group.devices.includes(device.id)) throw new CryptoError('welcome_malformed');
  const identities = group.devices.map((one) => members.get(one)?.identity);
  if (group.rules.kind === 'direct') await requireTwo(room, identities, 'group_malformed');
  return { group, ref: secret.ref, leaving };
}
