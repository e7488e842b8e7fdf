import { type Bytes, type DeviceId, fromHex, type Millis, type RoomId, toHex } from '@aurora/protocol';
import {
  type AuthenticationService,
  type ClientConfig,
  type ClientState,
  createGroup as createMlsGroup,
  decodeGroupState,
  defaultKeyPackageEqualityConfig,
  defaultKeyRetentionConfig,
  defaultPaddingConfig,
  encodeGroupState,
  type LeafNode,
  mlsExporter,
} from 'ts-mls';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import { KEY_BYTES } from '../primitives/aead.ts';
import { createKeyPackage, openSecret } from './key-package.ts';
import { authenticationBy, deviceOf } from './leaf.ts';
import { type RoomRules, rulesExtension, rulesIn } from './rules.ts';
import { NO_SIGNING_KEY, SUITE, suiteOf } from './suite.ts';

/** An MLS group as one of its devices has it. A value: nothing that is done with it changes it. Holds secrets. */
export interface Group {
  readonly room: RoomId;
  readonly rules: RoomRules;
  /** In the order of their leaves. */
  readonly devices: readonly DeviceId[];
  readonly mlsEpoch: number;
  readonly mls: ClientState;
}

/** Devices of one group: its ratchet tree is handled whole. */
export const MOST_DEVICES = 256;

const nobody = authenticationBy(new Map());

/** How the library is used here. Unless told otherwise, nobody's leaf is believed. */
export function configOf(authService: AuthenticationService = nobody): ClientConfig {
  return {
    // Content has its own envelope: nothing is ever opened by an epoch's secret tree, and the past is not kept for it.
    keyRetentionConfig: { ...defaultKeyRetentionConfig, retainKeysForEpochs: 1 },
    // Clocks differ between members, and a verdict on a commit must not: only who adds looks at a lifetime.
    lifetimeConfig: { maximumTotalLifetime: 2n ** 62n, validateLifetimeOnReceive: false },
    keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
    paddingConfig: defaultPaddingConfig,
    authService,
  };
}

/** A new group with this device alone in it, at MLS epoch 0. */
export async function createGroup(of: {
  readonly room: RoomId;
  readonly device: Device;
  readonly rules: RoomRules;
  readonly now: Millis;
}): Promise<Group> {
  const { room, device, rules, now } = of;
  const { publicPackage, privatePackage } = openSecret(
    await createKeyPackage(device, { now, lastResort: false }),
  );
  const state = await createMlsGroup(
    fromHex(room),
    publicPackage,
    privatePackage,
    [rulesExtension(rules)],
    suiteOf(device),
    configOf(),
  );
  return groupOf(room, state);
}

/** The library's state as a group. Throws `group_mismatch`, `group_malformed`. */
export function groupOf(room: RoomId, state: ClientState): Group {
  const { groupContext } = state;
  if (toHex(new Uint8Array(groupContext.groupId)) !== room) throw new CryptoError('group_mismatch');
  if (groupContext.cipherSuite !== SUITE) throw new CryptoError('group_malformed');
  const devices = leavesOf(state).map(({ leaf }) => deviceOf(leaf.credential));
  if (devices.length > MOST_DEVICES) throw new CryptoError('room_too_large');
  if (!devices.every((device) => device !== null) || new Set(devices).size !== devices.length)
    throw new CryptoError('group_malformed');
  return {
    room,
    rules: rulesIn(groupContext.extensions),
    devices,
    mlsEpoch: Number(groupContext.epoch),
    mls: lean(state),
  };
}

/** Without what only MLS's own messages would need. */
function lean(state: ClientState): ClientState {
  return {
    ...state,
    clientConfig: configOf(),
    signaturePrivateKey: NO_SIGNING_KEY,
    historicalReceiverData: new Map(),
    secretTree: [],
  };
}

/** The leaves of a group's tree that are not blank, with their indexes. */
export function leavesOf({
  ratchetTree,
}: Pick<ClientState, 'ratchetTree'>): { index: number; leaf: LeafNode }[] {
  return ratchetTree.flatMap((node, at) =>
    node?.nodeType === 'leaf' && at % 2 === 0 ? [{ index: at / 2, leaf: node.leaf }] : [],
  );
}

/** The leaf index of a device in the group; undefined when it is not in it. */
export function leafIndexOf(group: Group, device: DeviceId): number | undefined {
  return leavesOf(group.mls).find(({ leaf }) => deviceOf(leaf.credential) === device)?.index;
}

/** What no other group has, nor this one in another epoch: its confirmation tag, RFC 9420 section 8.1. */
export const groupTag = ({ mls }: Group): Bytes => new Uint8Array(mls.confirmationTag);

/** The room's key of this epoch: the group's exporter, RFC 9420 section 8.5. */
export async function groupKey({ room, mls }: Group): Promise<Bytes> {
  const { exporterSecret } = mls.keySchedule;
  const key = await mlsExporter(exporterSecret, 'aurora/content/1', fromHex(room), KEY_BYTES, suiteOf(null));
  return new Uint8Array(key);
}

/** The largest group has a fifth of it. */
const MOST_BYTES = 4 * 1024 * 1024;

/** For storage: a secret in the clear, to be stored sealed. */
export function encodeGroup({ mls }: Group): Bytes {
  return new Uint8Array(encodeGroupState(mls));
}

/** Throws `group_malformed`. */
export function decodeGroup(room: RoomId, encoded: Bytes): Group {
  if (encoded.length > MOST_BYTES) throw new CryptoError('group_malformed');
  let decoded: ReturnType<typeof decodeGroupState>;
  try {
    decoded = decodeGroupState(encoded, 0);
  } catch (cause) {
    throw new CryptoError('group_malformed', { cause });
  }
  if (decoded === undefined || decoded[1] !== encoded.length) throw new CryptoError('group_malformed');
  return groupOf(room, { ...decoded[0], clientConfig: configOf() });
}
